/**
 * The gradient of each class's mu, or logvar, place by place: what the kin of Grad-CAM are made of. A graph of its own, opened when
 * one of them is asked for: Grad-CAM needs only the means, and stays as fast as it is.
 *
 * It is taken at two places: on conv3, and on what conv3's LayerNorm makes of it. HiResCAM adds gradient times activation over the
 * channels of one place, and on conv3 itself that sum is nothing: the network reads conv3 only through a LayerNorm, which
 * takes the scale away, and a function that does not change with the scale of its argument has a gradient at right angles to it
 * (Euler). What would be drawn is rounding noise. On the normalised map, of the same 7 × 7 places, it says what it should.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { CamMethod } from '../../../../src-shared/domain/cam.ts';
import { GRID_SIDE, levelChannels, sizeTable } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Weights } from '../model/initialise.ts';
import { backbones, fuse, landmarksOf, network } from '../model/poster-var.ts';
import { attendLevel, attendNormalised, normalised } from '../model/window-attention.ts';
import type { DeviceId } from '../runtime/devices.ts';
import { executorFor } from '../runtime/executors.ts';
import { constantsFor, modelProgram } from '../runtime/graphs.ts';
import type { SessionTuning } from '../runtime/session.ts';
import { eachRow } from '../trace/each-row.ts';
import type { Program } from '../trace/program.ts';
import { everyLabel } from './gradcam.ts';
import type { Explainer } from './gradcam.ts';
import { gradCam, gradCamPlusPlus, hiResCam } from './kin.ts';
import type { Sensitivity } from './kin.ts';

/** The maps that need the gradient place by place. */
export type KinMethod = Exclude<CamMethod, 'gradcam'>;

interface Formula {
  readonly score: 'mu' | 'logvar';
  readonly layer: 'conv3' | 'normalised';
  readonly maps: (of: Sensitivity) => Float32Array;
}

const FORMULAS: Readonly<Record<KinMethod, Formula>> = {
  'gradcam++': { score: 'mu', layer: 'conv3', maps: gradCamPlusPlus },
  hirescam: { score: 'mu', layer: 'normalised', maps: hiResCam },
  logvar: { score: 'logvar', layer: 'conv3', maps: gradCam },
};

export type Sensed = Pick<Formula, 'score' | 'layer'>;

/** mu, logvar and landmarks of one image, the layer's `activations` [7, 7, channels] and its `gradients` [classes, 7, 7, channels]. */
export function gradientProgram(config: ModelConfig, { score, layer }: Sensed): Program {
  return modelProgram(`poster-var-gradients-${score}-${layer}`, config, 1, (params, images) => {
    const mode = { kind: 'eval' } as const;
    const net = network(params, config, mode);
    const pyramid = backbones(params, images, config, mode);
    const [fine, middle, coarse] = pyramid.landmarks;
    const attended = [
      attendLevel(net, 0, pyramid.images[0], fine),
      attendLevel(net, 1, pyramid.images[1], middle),
    ] as const;
    const normal = (map: Tensor4D): Tensor4D => normalised(net, 2, map);
    const activations = layer === 'conv3' ? pyramid.images[2] : normal(pyramid.images[2]);
    const from = (map: Tensor4D): ReturnType<typeof fuse> => {
      const read = layer === 'conv3' ? normal(map) : map;
      return fuse(params, [...attended, attendNormalised(net, 2, read, coarse)], config, mode);
    };
    const gradients = eachRow(everyLabel(config.classes), (label) => {
      const scored = (map: Tensor): Tensor => {
        const { mu, logvar } = from(map as Tensor4D);
        return tf.sum(tf.mul(score === 'mu' ? mu : (logvar ?? mu), label));
      };
      return tf.grad(scored)(activations);
    });
    const { mu, logvar } = from(activations);
    const landmarks = landmarksOf(params, pyramid, config, mode);
    return { mu, ...(logvar && { logvar }), activations, gradients, ...(landmarks && { landmarks }) };
  });
}

/**
 * Opens the maps of one method with fixed weights.
 * @throws FailureError 'invalid' for logvar of a model without VICH.
 */
export async function openKin(
  weights: Weights,
  config: ModelConfig,
  method: KinMethod,
  device: DeviceId,
  tuning?: SessionTuning,
): Promise<Explainer> {
  const formula = FORMULAS[method];
  if (formula.score === 'logvar' && !config.vich)
    throw new FailureError({
      kind: 'invalid',
      message: 'This model has no VICH: there is no variance whose origin could be shown.',
      remedy: 'Choose another kind of map, or a run with VICH.',
    });
  const executable = await executorFor(device).open(gradientProgram(config, formula), {
    ...tuning,
    constants: constantsFor(config, weights),
  });
  const size = sizeTable(config.size);
  const [, , channels] = levelChannels(size);
  return {
    async run(image) {
      const outputs = await executable.run({ images: image });
      return {
        mu: outputs.numbers('mu'),
        logvar: config.vich ? outputs.numbers('logvar') : null,
        cams: formula.maps({
          ...{ classes: config.classes, places: GRID_SIDE * GRID_SIDE, channels },
          activations: outputs.numbers('activations'),
          gradients: outputs.numbers('gradients'),
        }),
        conv3: [channels, GRID_SIDE, GRID_SIDE],
        landmarks: size.landmarks.regressor ? outputs.numbers('landmarks') : null,
      };
    },
    dispose: () => executable.dispose(),
  };
}
