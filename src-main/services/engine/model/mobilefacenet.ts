/** MobileFaceNet, the landmark backbone: three maps of where facial features lie, and 68 landmark points. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { at, convolution, depthwise, linear, prelu } from './layers.ts';
import type { Network } from './layers.ts';
import { batchNorm } from './norm.ts';
import { landmarkStageNames } from './parameters.ts';

/** Convolution, batch norm, PReLU. */
function convBlock(net: Network, x: Tensor4D, stride: number): Tensor4D {
  return prelu(net, 'prelu', batchNorm(net, 'bn', convolution(net, 'conv', x, stride, false)));
}

function depthwiseBlock(net: Network, x: Tensor4D, stride: number): Tensor4D {
  return prelu(net, 'prelu', batchNorm(net, 'bn', depthwise(net, 'conv', x, stride, 1)));
}

/** Expand by 1x1, filter each channel, project back by 1x1. */
function depthwiseUnit(net: Network, x: Tensor4D, stride: number): Tensor4D {
  const expanded = convBlock(at(net, 'conv'), x, 1);
  const filtered = depthwiseBlock(at(net, 'conv_dw'), expanded, stride);
  const project = at(net, 'project');
  return batchNorm(project, 'bn', convolution(project, 'conv', filtered, 1, false));
}

export interface LandmarkMaps {
  /** One map a pyramid level, fine to coarse; the third has `separated` channels. */
  readonly maps: readonly [Tensor4D, Tensor4D, Tensor4D];
}

/** @param x [B, 112, 112, 3] (`paper`), every second pixel of the normalised image. */
export function mobileFaceNet(net: Network, x: Tensor4D): LandmarkMaps {
  let y = convBlock(at(net, 'conv1'), x, 2);
  y = depthwiseBlock(at(net, 'conv2_dw'), y, 1);
  const maps = landmarkStageNames.map(([first, rest], index) => {
    const stage = net.size.landmarks.stages[index];
    y = depthwiseUnit(at(net, first), y, stage?.stride ?? 1);
    for (let unit = 0; unit < (stage?.units ?? 0); unit += 1) {
      y = tf.add(y, depthwiseUnit(at(net, `${rest}.model.${unit}`), y, 1));
    }
    return y;
  });
  const [fine, middle, coarse] = maps as [Tensor4D, Tensor4D, Tensor4D];
  return { maps: [fine, middle, convBlock(at(net, 'conv_6_sep'), coarse, 1)] };
}

/**
 * The 68 facial landmarks from the coarsest map.
 * @returns [B, 136]: x, y, x, y, ... in 0..1 of the image.
 */
export function landmarkPoints(net: Network, coarse: Tensor4D): Tensor2D {
  const output = at(net, 'output_layer');
  const block = at(output, 'conv_6_dw');
  const pooled = batchNorm(block, 'bn', depthwise(block, 'conv', coarse, 1, 0));
  const flat: Tensor2D = tf.reshape(pooled, [pooled.shape[0], pooled.shape[3]]);
  return batchNorm(output, 'bn', linear(output, 'linear', flat, false));
}
