import type { PredictionExport } from '../../../../src-shared/domain/export.ts';
import type { Run } from '../../../../src-shared/domain/run.ts';
import type { JobContext } from '../../jobs/interface.ts';
import type { Store } from '../../store/interface.ts';
import type { Written } from '../exporter.ts';
import { pages, Tally, type Scope } from '../rows.ts';
import type { Predicted } from './columns.ts';
import { writePredictionsCsv } from './csv.ts';
import { writePredictionsParquet } from './parquet.ts';

const WRITERS = { csv: writePredictionsCsv, parquet: writePredictionsParquet };

/** Writes a run's predictions for the images of some scopes; images without one, or with a stale one, are left out. */
export async function writePredictions(
  store: Store,
  run: Run,
  scopes: readonly Scope[],
  { format, out }: Pick<PredictionExport, 'format' | 'out'>,
  job: Pick<JobContext, 'signal' | 'progress'> | null,
): Promise<Written> {
  const total = scopes.reduce((sum, { ids }) => sum + ids.length, 0);
  const tally = new Tally(job, total);
  async function* predictions(): AsyncGenerator<Predicted> {
    for (const { dataset, ids } of scopes)
      for await (const page of pages(ids, tally))
        for (const prediction of store.runs.predictionsOf(run.id, page)) yield { ...prediction, dataset: dataset.name };
  }
  const { images } = await WRITERS[format](out, run.classes, predictions());
  return { images, leftOut: total - images };
}
