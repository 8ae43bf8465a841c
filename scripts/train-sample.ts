/**
 * Trains the model that the sample project shows, on the sample's own faces, through the workbench's own services, and puts its checkpoint
 * and history into resources/sample. Run by `npm run train-sample`; minutes on two cores.
 */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '../src-main/compose.ts';
import { runImport } from '../src-main/services/datasets/import.ts';
import { SAMPLE } from '../src-main/services/projects/sample-project.ts';
import { historyOf } from '../src-main/services/runs/import.ts';
import { writeSample } from '../src-main/services/sample/write.ts';

/**
 * Drawn faces are fewer and plainer than photographs: smaller steps and milder augmentation. It ends before the wrong labels are
 * learned by heart: the gallery's order by loss then has something to find. */
const GENTLER = {
  epochs: 24,
  learningRate: 4e-4,
  gamma: 0.94,
  lambda: 0.001,
  labelSmoothing: 0.05,
  augmentation: { horizontalFlip: true, colorJitter: 0.2, rotation: 0, cropPadding: 4, randomErasing: 0 },
};

const home = await mkdtemp(join(tmpdir(), 'poster-var-sample-'));
const resources = join(import.meta.dirname, '..', 'resources', 'sample');
const services = composeServices({ home, door: 'cli' });
try {
  const { workspace, runs, presets, evaluations, events } = services;
  await workspace.create(join(home, 'project'), SAMPLE.name);
  const { store, jobs } = workspace.require();
  const faces = join(store.folder, 'faces');
  await writeSample(faces, SAMPLE);
  const job = jobs.start({ kind: 'import', title: 'Import', unit: 'images', lane: 'files' }, async (context) => {
    const mapping = { path: 'path', label: 'label', split: 'split' };
    await runImport(store, { source: join(faces, 'labels.csv'), format: 'csv', mapping, name: SAMPLE.name }, context);
  });
  await jobs.finished(job);
  const [dataset] = store.datasets.list();
  const preset = presets.require('quick');
  if (dataset === undefined || preset === undefined) throw new Error('The sample or the preset is missing.');

  events.subscribe(({ event, payload }) => {
    if (event !== 'run.epoch') return;
    const { epoch, trainLoss, valAccuracy, processSeconds } = payload.metrics;
    console.error(
      `epoch ${epoch}  loss ${trainLoss.toFixed(3)}  validation accuracy ${valAccuracy?.toFixed(3)}  ${processSeconds.toFixed(0)} s`,
    );
  });
  const started = runs.startTraining({
    dataset: dataset.id,
    name: 'POSTER-Var tiny',
    trainSplit: 'train',
    valSplit: 'val',
    device: 'cpu',
    settings: { ...preset.settings, ...GENTLER },
  });
  const ended = await jobs.finished(started.job);
  const checkpoint = store.runs.checkpoint(started.run);
  if (ended.status !== 'done' || checkpoint === null)
    throw new Error(ended.error?.message ?? `Training ended as ${ended.status}.`);
  await mkdir(resources, { recursive: true });
  await copyFile(checkpoint, join(resources, 'tiny.safetensors'));
  await writeFile(join(resources, 'run.json'), `${JSON.stringify(historyOf({ store }, started.run))}\n`);
  const test = await evaluations.evaluate({ run: started.run, dataset: dataset.id, split: 'test' });
  console.error(
    `test accuracy ${test.accuracy.toFixed(3)}, 95% interval ${test.interval.map((side) => side.toFixed(3)).join(' to ')}`,
  );
} finally {
  await services.close();
  await rm(home, { recursive: true, force: true });
}
