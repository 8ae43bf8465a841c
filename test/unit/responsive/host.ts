/**
 * Services as the web host has them, in a process of their own, with a run at work: how long does their thread work at one go for each
 * thing that is asked of it? Prints one JSON object. `node host.ts FOLDER IMAGES`
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import { composeServices } from '../../../src-main/compose.ts';
import { createHandlers } from '../../../src-main/handlers/handlers.ts';
import { createDispatch } from '../../../src-main/transport/dispatch.ts';
import { PRESETS } from '../../../src-main/services/runs/presets.ts';
import type { NewImage, Store } from '../../../src-main/services/store/interface.ts';
import { makePhotos } from '../commands/photos.ts';
import { Watch } from './watch.ts';

/** What a block looks like, so that a watch that sees nothing is found out. */
const BLOCK_MS = 200;
const TRAINING_MS = 3_000;

const [folder = '', images = '20000'] = process.argv.slice(2);
const services = composeServices({ home: join(folder, 'home'), door: 'web', annotator: 'ada', checked: false });
const dispatch = createDispatch({
  handlers: createHandlers(services, { host: 'web', version: '1' }),
  log: console.error,
  checkValues: false,
});
async function get<T = unknown>(method: string, params: object): Promise<T> {
  const result = await dispatch(method, params);
  if (!result.ok) throw new Error(`${method}: ${result.error.message}`);
  // What each method answers stands in the contract; here they are asked by name.
  return result.value as T;
}

/** Rows of a large dataset, whose files nobody opens here. */
function addLarge(store: Store, count: number): { readonly dataset: number; readonly ids: readonly number[] } {
  const facts = { status: 'ok', reason: null, width: 96, height: 96, bytes: 1_000, perceptualHash: '', rawLabel: '' };
  const nothing = { votes: null, soft: null, box: null, attributes: null } as const;
  const rows = Array.from({ length: count }, (_, index): NewImage => {
    const split = index % 5 === 0 ? 'val' : 'train';
    const own = { path: `${index}.jpg`, split, label: SEVEN[index % 7] ?? null, contentHash: `${index}` };
    return { ...facts, ...nothing, ...own, status: 'ok' };
  });
  const dataset = store.datasets.insert({ name: 'large', root: join(folder, 'large'), format: 'folders' });
  const ids = store.datasets.insertImages(dataset, rows);
  store.datasets.finish(dataset, {
    ...{ dataset, name: 'large', images: ids.length, broken: 0, duplicates: 0, unlabelled: 0, excluded: 0 },
    ...{ classes: {}, splits: {}, problems: [], problemCount: 0, seconds: 1, format: 'folders' },
    ...{ reason: '', choices: {} },
  });
  return { dataset, ids };
}

/** A run that has predicted all of it. */
function addRun(store: Store, dataset: number, ids: readonly number[], which: number): number {
  const run = store.runs.insert({
    ...{ name: `Run ${which}`, kind: 'trained', status: 'done', dataset, size: 'tiny', classes: [...SEVEN] },
    ...{ vich: true, layerEmbedding: true, trainSplit: 'train', valSplit: 'val', settings: null },
    ...{ device: 'cpu', epochs: 3 },
  });
  const outputs = ids.map((image, index) => ({
    image,
    mu: Float32Array.from(SEVEN, (_, at) => Math.sin(index * 7.3 + at * 2.1 + which) + (at === index % 7 ? 1.2 : 0)),
    logvar: Float32Array.from(SEVEN, (_, at) => Math.cos(index + at) / 3),
  }));
  store.runs.putPredictions(run, outputs);
  return run;
}

/** A training on a few pictures in the engine's process, at work until it is stopped: an epoch is over every other step. */
async function train(): Promise<number> {
  const { jobs, store } = services.workspace.require();
  await makePhotos(join(folder, 'photos'), 12);
  const imported = await get<{ job: number }>('import.start', {
    ...{ source: join(folder, 'photos'), format: 'folders', name: 'photos' },
    split: { shares: { train: 0.5, val: 0.5 }, seed: 1 },
  });
  await jobs.finished(imported.job);
  const settings = { ...PRESETS.find(({ name }) => name === 'quick')?.settings, epochs: 10_000, batch: 4 };
  const dataset = store.datasets.byName('photos')?.id ?? 0;
  const { run } = await get<{ run: number }>('train.start', {
    ...{ dataset, trainSplit: 'train', valSplit: 'val', device: 'cpu', settings: { ...settings, earlyStopping: 0 } },
    allowLeak: true,
  });
  while (store.runs.metrics(run).epochs.length < 2) await sleep(100);
  return run;
}

await get('project.create', { path: join(folder, 'study'), name: 'Study' });
const { store, jobs } = services.workspace.require();
const { dataset, ids } = addLarge(store, Number(images));
const [baseline, run] = [addRun(store, dataset, ids, 1), addRun(store, dataset, ids, 2)];
const training = await train();

const view = { dataset, run, q: '' };
const measure = { run, dataset, split: null };
// Thousands of resamples of a fifth of the images are work enough for the other threads.
const some = { ...measure, split: 'val' };
const sorted = { sort: 'loss', descending: true };
const first = await get<{ id: number }>('versions.create', { dataset, name: 'first', note: '' });
let exported = 0;
const ASKED: readonly (readonly [method: string, params: () => object])[] = [
  ['images.open', () => ({ ...view, ...sorted })],
  ['images.open', () => ({ ...view, q: 'label:sad wrong', sort: 'sigma', descending: true })],
  ['images.facets', () => view],
  ['images.rows', () => ({ images: ids.slice(0, 500), run })],
  ['queues.open', () => ({ ...view, ...sorted, queue: 'hard', annotator: 'ada' })],
  ['runs.evaluate', () => measure],
  ['runs.intervals', () => some],
  ['runs.compare', () => ({ ...some, baseline })],
  ['runs.confusions', () => ({ ...measure, baseline })],
  ['runs.uncertainty', () => some],
  ['runs.slices', () => measure],
  ['versions.create', () => ({ dataset, name: `v${Math.random()}`, note: '' })],
  ['versions.list', () => ({ dataset })],
  ['versions.difference', () => ({ before: first.id, after: null })],
  ['datasets.list', () => ({})],
  ['jobs.list', () => ({})],
  ['runs.list', () => ({})],
  ['runs.metrics', () => ({ run: training })],
  ['labels.apply', () => ({ on: { images: ids.slice(0, 50) }, change: { kind: 'hard', label: 'fear' } })],
  ['labels.undo', () => ({})],
  ['labels.annotators', () => ({})],
  ['history.page', () => ({ filter: { path: 'nothing' }, before: null, limit: 200 })],
  ['history.summary', () => ({ filter: { path: '1' } })],
  [
    'exports.start',
    () => ({
      ...{ what: 'labels', format: 'csv', dataset, version: null, q: 'label:sad', run, files: 'refer' },
      out: join(folder, `labels-${(exported += 1)}.csv`),
    }),
  ],
];

const watch = new Watch();
async function round(): Promise<Record<string, number>> {
  const longest: Record<string, number> = {};
  for (const [method, params] of ASKED) {
    watch.take();
    const answer = await get<{ job: number }>(method, params());
    if (method === 'exports.start') await jobs.finished(answer.job);
    longest[method] = Math.max(longest[method] ?? 0, watch.take());
  }
  // Nothing is asked: only the training tells of its steps and epochs.
  await sleep(TRAINING_MS);
  return { ...longest, training: watch.take() };
}

/** A turn that does what none may. */
async function block(): Promise<number> {
  watch.take();
  await new Promise(setImmediate);
  const end = process.threadCpuUsage().user + BLOCK_MS * 1_000;
  while (process.threadCpuUsage().user < end);
  await new Promise(setImmediate);
  return watch.take();
}

// Once to load and compile what they need.
await round();
const before = store.runs.metrics(training).epochs.length;
const longest = await round();
while (store.runs.metrics(training).epochs.length === before) await sleep(100);
longest['an epoch'] = watch.take();
const blocked = await block();
watch.stop();
await get('runs.stop', { run: training, keep: false });
await services.close();
process.stdout.write(`${JSON.stringify({ longest, blocked })}\n`);
