import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { Expression } from '../../../../src-shared/domain/expression.ts';
import { writeWhole } from '../../files/write.ts';
import { columnsFor, valuesOf, type Column, type Predicted } from './columns.ts';

/** Rows of a row group: they are encoded at one go, in some ten milliseconds. */
const GROUP = 1_000;

const TYPES = { text: 'STRING', float32: 'FLOAT', float64: 'DOUBLE' } as const;

/** A row group's columns, beginning empty. */
class Group {
  readonly #columns: readonly (Column & { readonly data: (string | number | null)[] })[];
  rows = 0;

  constructor(columns: readonly Column[]) {
    this.#columns = columns.map((column) => ({ ...column, data: [] }));
  }

  add(values: readonly (string | number | null)[]): void {
    this.#columns.forEach(({ data }, at) => data.push(values[at] ?? null));
    this.rows++;
  }

  columnData() {
    return this.#columns.map(({ name, type, data }) => ({ name, data, type: TYPES[type], nullable: true }));
  }
}

/**
 * Writes predictions as Parquet (Snappy), mu and logvar as float32, as a whole.
 * @throws FailureError 'disk-full' or 'unavailable'.
 */
export async function writePredictionsParquet(
  file: string,
  classes: readonly Expression[],
  predictions: AsyncIterable<Predicted>,
): Promise<{ images: number }> {
  const columns = columnsFor(classes);
  let images = 0;
  await writeWhole(file, async (temporary) => {
    const schema = schemaFromColumnData({ columnData: new Group(columns).columnData() });
    const parquet = new ParquetWriter({ writer: fileWriter(temporary), schema, createdBy: 'POSTER-Var Workbench' });
    let group = new Group(columns);
    for await (const prediction of predictions) {
      images++;
      group.add(valuesOf(prediction, classes));
      if (group.rows < GROUP) continue;
      await parquet.write({ columnData: group.columnData(), rowGroupSize: GROUP });
      group = new Group(columns);
    }
    if (group.rows > 0) await parquet.write({ columnData: group.columnData(), rowGroupSize: GROUP });
    await parquet.finish();
  });
  return { images };
}
