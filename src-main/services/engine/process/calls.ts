/** What each call does. */
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { decodeSquare, normalise } from '../../images/pixels.ts';
import { adopt, startFrom } from '../checkpoint/adopt.ts';
import { examineFile } from '../checkpoint/examine.ts';
import { exportModel } from '../export/export.ts';
import { inspectCheckpoint, saveCheckpoint } from '../checkpoint/checkpoint.ts';
import { GRID_SIDE } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import { initialise } from '../model/initialise.ts';
import { IMAGE_SIZE } from '../runtime/graphs.ts';
import { benchmark } from '../runtime/benchmark.ts';
import { inventory } from '../runtime/inventory.ts';
import { measure, probe } from '../runtime/probe.ts';
import { trainHead } from './head.ts';
import { predictFiles } from './predict.ts';
import type { ClassifiedBatch } from './predict.ts';
import { augmentedVersions } from '../train/preview.ts';
import type { CallTable } from './protocol.ts';
import { Sessions } from './sessions.ts';
import { train } from './train.ts';
import { measureBatch, rangeTest } from './trial.ts';

const sessions = new Sessions();

/** Between two words on how far a benchmark is: a pass may take a millisecond. */
const TOLD_EVERY_MS = 150;

export const CALLS: CallTable = {
  inventory: () => inventory(),

  probe: async ({ device }) => {
    await probe(device);
    return null;
  },

  measure: ({ device, work }) => measure(device, work),

  benchmark: (task, { tell }) => {
    let toldAt = -Infinity;
    return benchmark(task, async (done) => {
      if (performance.now() - toldAt < TOLD_EVERY_MS) return;
      toldAt = performance.now();
      await tell(done);
    });
  },

  inspect: ({ checkpoint }) => Promise.resolve(inspectCheckpoint(checkpoint)),

  predict: async ({ checkpoint, files, device }, { tell, signal }) => {
    const classifier = await sessions.classifier(checkpoint, device);
    const told = ({ ids, outputs: { mu, logvar }, failed }: ClassifiedBatch): Promise<void> =>
      tell({ ids, mu, logvar, failed });
    await predictFiles(classifier, files, told, signal);
    return null;
  },

  features: async ({ checkpoint, files, device }, { tell, signal }) => {
    const classifier = await sessions.classifier(checkpoint, device);
    const told = ({ ids, outputs: { features }, failed }: ClassifiedBatch): Promise<void> =>
      tell({ ids, features, failed });
    await predictFiles(classifier, files, told, signal);
    return null;
  },

  trainHead,

  explain: async ({ checkpoint, file, box, device, method = 'gradcam' }) => {
    const explainer =
      method === 'gradcam'
        ? await sessions.explainer(checkpoint, device)
        : await sessions.kinExplainer(checkpoint, device, method);
    const image = new Float32Array(IMAGE_SIZE);
    normalise(await decodeSquare(file, box), image, 0);
    const { mu, logvar, cams, landmarks } = await explainer.run(image);
    return {
      mu,
      logvar,
      cams,
      height: GRID_SIDE,
      width: GRID_SIDE,
      landmarks: explainer.knowsLandmarks ? landmarks : null,
    };
  },

  augmented: async ({ file, box, augmentation, seed, count }) =>
    augmentedVersions(await decodeSquare(file, box), augmentation, seed, count),

  train,
  rangeTest,
  measureBatch,

  examine: ({ plain, vich }) => Promise.resolve(examineFile(plain, { vich })),

  adopt: ({ plain, classes, vich, out, sourceHash }) => {
    adopt(plain, { classes, vich, out, extra: { sourceHash } });
    return Promise.resolve(inspectCheckpoint(out));
  },

  exportModel,

  initialise: ({ from = [], size, classes, vich, layerEmbedding, seed, out }) => {
    const config: ModelConfig = {
      size,
      classes: classes.length,
      vich,
      layerEmbedding,
      frozenBackboneBatchNorm: 'batch',
    };
    if (!out.endsWith('.safetensors')) {
      throw new FailureError({
        kind: 'invalid',
        message: `${out} is no name of a safetensors file.`,
        remedy: 'Choose a name that ends with .safetensors.',
      });
    }
    const weights = initialise(config, seed);
    for (const file of from) startFrom(weights, config, file);
    saveCheckpoint(out, weights, { config, classes });
    return Promise.resolve(inspectCheckpoint(out));
  },
};
