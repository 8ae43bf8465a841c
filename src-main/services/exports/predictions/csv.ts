import type { Expression } from '../../../../src-shared/domain/expression.ts';
import { writeTextFile } from '../../files/write.ts';
import { csvLine, float32Text } from '../../labels/csv.ts';
import { columnsFor, valuesOf, type Predicted } from './columns.ts';

/** Writes predictions as CSV, a line each; what there is no value for is empty. */
export async function writePredictionsCsv(
  file: string,
  classes: readonly Expression[],
  predictions: AsyncIterable<Predicted> | Iterable<Predicted>,
): Promise<{ images: number }> {
  const columns = columnsFor(classes);
  let images = 0;
  async function* lines(): AsyncGenerator<string> {
    yield csvLine(columns.map(({ name }) => name));
    for await (const prediction of predictions) {
      images++;
      const cells = valuesOf(prediction, classes).map((value, at) =>
        columns[at]?.type === 'float32' && typeof value === 'number' ? float32Text(value) : value,
      );
      yield csvLine(cells);
    }
  }
  await writeTextFile(file, lines());
  return { images };
}
