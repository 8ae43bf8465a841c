/** IR50, the image backbone: an improved residual network whose three bodies give the three pyramid levels. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { at, convolution, everyNth, prelu } from './layers.ts';
import type { Network } from './layers.ts';
import { batchNorm } from './norm.ts';

/** BN, 3x3, PReLU, 3x3 with the stride, BN; the shortcut subsamples, or projects where the channels change. */
function bottleneck(net: Network, x: Tensor4D, channels: number, stride: number): Tensor4D {
  const shortcut =
    x.shape[3] === channels
      ? stride === 1
        ? x
        : everyNth(x, stride)
      : batchNorm(net, 'shortcut_layer.1', convolution(net, 'shortcut_layer.0', x, stride, false));
  let y = batchNorm(net, 'res_layer.0', x);
  y = convolution(net, 'res_layer.1', y, 1, false);
  y = prelu(net, 'res_layer.2', y);
  y = convolution(net, 'res_layer.3', y, stride, false);
  return tf.add(batchNorm(net, 'res_layer.4', y), shortcut);
}

/**
 * @param x [B, 112, 112, 3] (`paper`), every second pixel of the normalised image.
 * @returns the maps after each body: 56, 28 and 14 pixels a side (`paper`).
 */
export function ir50(net: Network, x: Tensor4D): readonly [Tensor4D, Tensor4D, Tensor4D] {
  let y = convolution(net, 'input_layer.0', x, 1, false);
  y = prelu(net, 'input_layer.2', batchNorm(net, 'input_layer.1', y));
  const levels = net.size.ir.bodies.map((body, index) => {
    for (let unit = 0; unit < body.units; unit += 1) {
      y = bottleneck(at(net, `body${index + 1}.${unit}`), y, body.channels, unit === 0 ? 2 : 1);
    }
    return y;
  });
  return levels as [Tensor4D, Tensor4D, Tensor4D];
}
