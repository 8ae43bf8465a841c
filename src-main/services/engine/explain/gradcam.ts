/**
 * Grad-CAM (Selvaraju et al. 2017) at conv3, the layer that the official code explains, for all classes in one run:
 * ReLU(sum over channels of (spatial mean of d mu_c / dA) * A). The gradient is taken from conv3 on only.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { GRID_SIDE, levelChannels, sizeTable } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Weights } from '../model/initialise.ts';
import { backbones, classify, landmarksOf } from '../model/poster-var.ts';
import type { Params } from '../model/poster-var.ts';
import type { DeviceId } from '../runtime/devices.ts';
import { executorFor } from '../runtime/executors.ts';
import { constantsFor, modelProgram } from '../runtime/graphs.ts';
import type { SessionTuning } from '../runtime/session.ts';
import { eachRow } from '../trace/each-row.ts';
import type { Program } from '../trace/program.ts';

export interface Explanation {
  /** [classes] */
  readonly mu: Float32Array;
  /** [classes], or null without VICH. */
  readonly logvar: Float32Array | null;
  /** [classes, 7, 7] maps, not below 0, before any scaling. */
  readonly cams: Float32Array;
  /** Shape of the explained layer's output: [channels, 7, 7]. */
  readonly conv3: readonly [number, number, number];
  /** [136]: x, y, x, y, ... in 0..1 of the image; null for sizes without a trained landmark regressor. */
  readonly landmarks: Float32Array | null;
}

export interface Explainer {
  /** @param image one normalised image, [3, 224, 224]. */
  run(image: Float32Array): Promise<Explanation>;
  dispose(): Promise<void>;
}

/** Forward pass, landmarks and the CAM of every class for one image. */
export function explanationProgram(config: ModelConfig): Program {
  return modelProgram('poster-var-cam', config, 1, (params, images) => explain(params, images, config));
}

/** The gradient is written for one class; traced, it is one backward pass for all of them together (`eachRow`). */
function explain(params: Params, images: Tensor4D, config: ModelConfig): Record<string, Tensor> {
  const mode = { kind: 'eval' } as const;
  const pyramid = backbones(params, images, config, mode);
  const [fine, middle, conv3] = pyramid.images;
  const from = (map: Tensor4D): ReturnType<typeof classify> =>
    classify(params, { ...pyramid, images: [fine, middle, map] }, config, mode);
  const weights = eachRow(everyLabel(config.classes), (label) => {
    const score = (map: Tensor): Tensor => tf.sum(tf.mul(from(map as Tensor4D).mu, label));
    return tf.mean(tf.grad(score)(conv3), [0, 1, 2], true);
  });
  const cams = tf.relu(tf.sum(tf.mul(tf.reshape(weights, [config.classes, 1, 1, conv3.shape[3]]), conv3), -1));
  const { mu, logvar } = from(conv3);
  const landmarks = landmarksOf(params, pyramid, config, mode);
  return { mu, ...(logvar && { logvar }), cams, ...(landmarks && { landmarks }) };
}

/** One-hot rows, a class each. */
export function everyLabel(classes: number): Tensor {
  const ones = Float32Array.from({ length: classes * classes }, (_, index) => (index % (classes + 1) === 0 ? 1 : 0));
  return tf.tensor2d(ones, [classes, classes]);
}

/** Opens an explainer with fixed weights. */
export async function openExplainer(
  weights: Weights,
  config: ModelConfig,
  device: DeviceId,
  tuning?: SessionTuning,
): Promise<Explainer> {
  const executable = await executorFor(device).open(explanationProgram(config), {
    ...tuning,
    constants: constantsFor(config, weights),
  });
  const [, , channels] = levelChannels(sizeTable(config.size));
  return {
    async run(image) {
      const outputs = await executable.run({ images: image });
      return {
        mu: outputs.numbers('mu'),
        logvar: config.vich ? outputs.numbers('logvar') : null,
        cams: outputs.numbers('cams'),
        conv3: [channels, GRID_SIDE, GRID_SIDE],
        landmarks: sizeTable(config.size).landmarks.regressor ? outputs.numbers('landmarks') : null,
      };
    },
    dispose: () => executable.dispose(),
  };
}
