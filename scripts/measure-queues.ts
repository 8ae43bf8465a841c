/**
 * How well the queues find the errors that were planted in the sample, beside the plain order by loss. `npm run measure-queues` takes
 * the sample as it comes with the workbench: a minute on two cores. `npm run measure-queues -- 2 3 4` draws other samples by these seeds
 * and trains on each as the sample's own model was: minutes a seed. The numbers stand in docs/labelling.md.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices, type Services } from '../src-main/compose.ts';
import { mislabelled } from '../src-main/services/queues/mislabelled.ts';
import { auroc, precisionAt } from '../src-shared/metrics/ranking.ts';
import { trainOnSample } from './lib/sample-run.ts';

const FIRST = 50;

/** Paths of the images whose label was planted wrong. */
async function plantedIn(folder: string): Promise<Set<string>> {
  const lines = (await readFile(join(folder, 'faces', 'truth.csv'), 'utf8')).trim().split('\n').slice(1);
  return new Set(lines.map((line) => line.split(',')).flatMap(([path = '', , wrong]) => (wrong === '1' ? [path] : [])));
}

async function measure({ workspace }: Services, title: string, dataset: number, run: number): Promise<void> {
  const { store } = workspace.require();
  const planted = await plantedIn(store.folder);
  const ids = [...store.images.ids({ dataset, run, q: '', sort: 'id', descending: false })];
  const rows = store.images.rows(ids, run);
  const wanted = rows.map(({ path }) => planted.has(path));
  const { images } = mislabelled.rank({ store, dataset, run, annotator: '' });
  const scores = new Map(images.map(({ image, score }) => [image, score]));
  console.log(`${title}: ${wanted.filter(Boolean).length} planted errors among ${rows.length} faces`);
  const tell = (name: string, values: readonly number[]): void => {
    const found = Math.round(precisionAt(FIRST, values, wanted) * FIRST);
    console.log(`  ${name.padEnd(12)} ${found} in the first ${FIRST}, AUROC ${auroc(values, wanted).toFixed(3)}`);
  };
  tell(
    'loss',
    rows.map(({ loss }) => loss ?? 0),
  );
  tell(
    'mislabelled',
    rows.map(({ id }) => scores.get(id) ?? 0),
  );
}

async function withServices(body: (services: Services, home: string) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'poster-var-queues-'));
  const services = composeServices({ home, door: 'cli' });
  try {
    await body(services, home);
  } finally {
    await services.close();
    await rm(home, { recursive: true, force: true });
  }
}

const seeds = process.argv.slice(2).map(Number);
if (seeds.some((seed) => !Number.isInteger(seed) || seed < 1)) throw new Error('Seeds are whole numbers from 1.');
if (seeds.length === 0)
  await withServices(async (services) => {
    const { job } = await services.sample.open();
    const { store, jobs } = services.workspace.require();
    if (job !== null) await jobs.finished(job);
    await measure(services, 'The sample', store.datasets.list()[0]?.id ?? 0, store.runs.list()[0]?.id ?? 0);
  });
for (const seed of seeds)
  await withServices(async (services, home) => {
    const { dataset, run } = await trainOnSample(services, join(home, 'project'), seed);
    await measure(services, `Seed ${seed}`, dataset, run);
  });
