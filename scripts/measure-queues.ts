/**
 * How well the queues find the errors that were planted in the sample, beside the plain order by loss: `npm run measure-queues`. Makes a
 * sample project of its own in a temporary folder; a minute on two cores. The numbers stand in docs/labelling.md.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '../src-main/compose.ts';
import { mislabelled } from '../src-main/services/queues/mislabelled.ts';
import { auroc, precisionAt } from '../src-shared/metrics/ranking.ts';

const home = await mkdtemp(join(tmpdir(), 'poster-var-queues-'));
const services = composeServices({ home, door: 'cli' });
try {
  const { job } = await services.sample.open();
  const { store, jobs } = services.workspace.require();
  if (job !== null) await jobs.finished(job);
  const dataset = store.datasets.list()[0]?.id ?? 0;
  const run = store.runs.list()[0]?.id ?? 0;
  const planted = new Map(
    (await readFile(join(store.folder, 'faces', 'truth.csv'), 'utf8'))
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([path, , wrong]) => [path ?? '', wrong === 'true' || wrong === '1']),
  );
  const ids = [...store.images.ids({ dataset, run, q: '', sort: 'id', descending: false })];
  const rows = store.images.rows(ids, run);
  const wanted = rows.map(({ path }) => planted.get(path) ?? false);
  const { images } = await mislabelled.rank({ store, dataset, run, annotator: '' });
  const scores = new Map(images.map(({ image, score }) => [image, score]));
  const tell = (name: string, values: readonly number[]): void => {
    const at50 = precisionAt(50, values, wanted);
    console.log(
      `${name.padEnd(12)} precision at 50: ${at50.toFixed(2)} (${Math.round(at50 * 50)} of 50), AUROC ${auroc(values, wanted).toFixed(3)}`,
    );
  };
  console.log(`${wanted.filter(Boolean).length} planted errors among ${rows.length} faces`);
  tell(
    'loss',
    rows.map(({ loss }) => loss ?? 0),
  );
  tell(
    'mislabelled',
    rows.map(({ id }) => scores.get(id) ?? 0),
  );
} finally {
  await services.close();
  await rm(home, { recursive: true, force: true });
}
