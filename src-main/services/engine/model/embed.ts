/** Brings the three pyramid levels to 49 tokens each, marks their level, and joins them. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { GRID_SIDE } from './config.ts';
import { convolution, gelu } from './layers.ts';
import type { Network } from './layers.ts';
import { layerNorm } from './norm.ts';

type Maps = readonly [Tensor4D, Tensor4D, Tensor4D];

/** embed_q, embed_k and embed_v: each level as a [B, 7, 7, width] map. */
export function embedMaps(net: Network, levels: Maps): Maps {
  const { q, k } = net.size.embedStrides;
  const fine = gelu(convolution(net, 'embed_q.0', levels[0], q[0], true));
  return [
    gelu(convolution(net, 'embed_q.2', fine, q[1], true)),
    gelu(convolution(net, 'embed_k.0', levels[1], k, true)),
    gelu(convolution(net, 'embed_v.0', levels[2], 1, true)),
  ];
}

/** @returns [B, 147, width]: the tokens of levels 1, 2 and 3, row-major over space, normalised. */
export function embedLevels(net: Network, levels: Maps): Tensor3D {
  const width = net.size.vit.width;
  const tokens = embedMaps(net, levels).map((map, level) => {
    const sequence: Tensor3D = tf.reshape(map, [map.shape[0], GRID_SIDE * GRID_SIDE, width]);
    if (!net.config.layerEmbedding) return sequence;
    const embedding = tf.slice(net.weight('level_embeds'), [level, 0, 0], [1, 1, width]);
    return tf.add<Tensor3D>(sequence, embedding);
  });
  return layerNorm(net, 'fusion_norm', tf.concat(tokens, 1), 1e-5);
}
