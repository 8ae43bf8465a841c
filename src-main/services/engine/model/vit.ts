/** The vision transformer that fuses the pyramid's tokens. Only its class token leaves it. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { at, gelu, linear, project } from './layers.ts';
import type { Network } from './layers.ts';
import { layerNorm } from './norm.ts';
import { layerRows, mergeHeads, splitHeads } from './window-attention.ts';

const EPSILON = 1e-6;

/**
 * One pre-norm block. `queries` tells for how many leading tokens the result is needed: the last block computes it for
 * the class token alone, while keys and values still come from all tokens. Exact, and a tenth of the forward pass.
 */
export function block(net: Network, x: Tensor3D, queries: number): Tensor3D {
  const { heads, width } = net.size.vit;
  const [batch] = x.shape;
  const first = (y: Tensor3D): Tensor3D =>
    queries === y.shape[1] ? y : tf.slice(y, [0, 0, 0], [batch, queries, width]);
  const normal = layerNorm(net, 'norm1', x, EPSILON);
  const part = (source: Tensor3D, index: number): tf.Tensor4D =>
    splitHeads(project(source, ...layerRows(net, 'attn.qkv', index * width, (index + 1) * width)), heads);
  const query = tf.mul(part(first(normal), 0), (width / heads) ** -0.5);
  const weights = tf.softmax(tf.matMul(query, part(normal, 1), false, true));
  const attended = linear(net, 'attn.proj', mergeHeads(tf.matMul(weights, part(normal, 2))));
  const y: Tensor3D = tf.add(first(x), attended);
  return tf.add(y, linear(net, 'mlp.fc2', gelu(linear(net, 'mlp.fc1', layerNorm(net, 'norm2', y, EPSILON)))));
}

/** Squeeze and excitation of the class token: v * sigmoid(linear2(relu(linear1(v)))). */
function excite(net: Network, v: Tensor2D): Tensor2D {
  return tf.mul(v, tf.sigmoid(linear(net, 'linear2', tf.relu(linear(net, 'linear1', v)))));
}

/**
 * @param tokens [B, 147, width].
 * @returns [B, width] features, which the head reads.
 */
export function visionTransformer(net: Network, tokens: Tensor3D): Tensor2D {
  const { width, depth } = net.size.vit;
  const [batch] = tokens.shape;
  const classToken = tf.tile(net.weight('cls_token'), [batch, 1, 1]) as Tensor3D;
  let x = tf.add<Tensor3D>(tf.concat([classToken, tokens], 1), net.weight('pos_embed'));
  for (let index = 0; index < depth; index += 1) {
    x = block(at(net, `blocks.${index}`), x, index === depth - 1 ? 1 : x.shape[1]);
  }
  const classVector: Tensor2D = tf.reshape(layerNorm(net, 'norm', x, EPSILON), [batch, width]);
  return excite(at(net, 'se_block'), classVector);
}
