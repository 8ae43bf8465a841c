/** A model trained on the sample's faces through the workbench's own services, and its labels judged out of sample. */
import { join } from 'node:path';
import type { Services } from '../../src-main/compose.ts';
import { runImport } from '../../src-main/services/datasets/import.ts';
import { SAMPLE } from '../../src-main/services/projects/sample-project.ts';
import { writeSample } from '../../src-main/services/sample/write.ts';

/**
 * Drawn faces are fewer and plainer than photographs: smaller steps and milder augmentation. It ends before the wrong labels are
 * learned by heart: the gallery's order by loss then has something to find.
 */
const GENTLER = {
  epochs: 24,
  learningRate: 4e-4,
  gamma: 0.94,
  lambda: 0.001,
  labelSmoothing: 0.05,
  augmentation: { horizontalFlip: true, colorJitter: 0.2, rotation: 0, cropPadding: 4, randomErasing: 0 },
};

/** Makes a project in `folder` with the faces of a seed, trains on them with the same seed, and judges the labels. */
export async function trainOnSample(
  { workspace, runs, presets, queues, events }: Services,
  folder: string,
  seed: number,
): Promise<{ dataset: number; run: number }> {
  await workspace.create(folder, SAMPLE.name);
  const { store, jobs } = workspace.require();
  const faces = join(store.folder, 'faces');
  await writeSample(faces, { ...SAMPLE, seed });
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
      `seed ${seed}  epoch ${epoch}  loss ${trainLoss.toFixed(3)}  validation accuracy ${valAccuracy?.toFixed(3)}  ${processSeconds.toFixed(0)} s`,
    );
  });
  const started = runs.startTraining({
    dataset: dataset.id,
    name: 'POSTER-Var tiny',
    trainSplit: 'train',
    valSplit: 'val',
    device: 'cpu',
    settings: { ...preset.settings, ...GENTLER, seed },
  });
  const done = async (id: number): Promise<void> => {
    const ended = await jobs.finished(id);
    if (ended.status !== 'done') throw new Error(ended.error?.message ?? `“${ended.title}” ended as ${ended.status}.`);
  };
  await done(started.job);
  await done(queues.judge({ run: started.run, dataset: dataset.id }).job);
  return { dataset: dataset.id, run: started.run };
}
