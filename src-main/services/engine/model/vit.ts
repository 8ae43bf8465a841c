/** The vision transformer that fuses the pyramid's tokens. Only its class token leaves it. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { at, gelu, linear, project } from './layers.ts';
import type { Network } from './layers.ts';
import { layerNorm } from './norm.ts';
import { layerRows, mergeHeads, splitHeads } from './window-attention.ts';

const EPSILON = 1e-6;

/**
 * One pre-norm block. `queries` tells for how many leading tokens the result is needed, all or 1: the last block computes it
 * for the class token alone. Exact, and a tenth of the forward pass.
 */
export function block(net: Network, x: Tensor3D, queries: number): Tensor3D {
  const [batch, , width] = x.shape;
  const normal = layerNorm(net, 'norm1', x, EPSILON);
  const alone = queries === 1;
  const first: Tensor3D = alone ? tf.slice(x, [0, 0, 0], [batch, 1, width]) : x;
  const mixed = alone ? classAttention(net, normal) : attention(net, normal);
  const y: Tensor3D = tf.add(first, linear(net, 'attn.proj', mixed));
  return tf.add(y, linear(net, 'mlp.fc2', gelu(linear(net, 'mlp.fc1', layerNorm(net, 'norm2', y, EPSILON)))));
}

/** Self-attention of all tokens, before the output projection. */
function attention(net: Network, x: Tensor3D): Tensor3D {
  const { heads, width } = net.size.vit;
  const part = (index: number): tf.Tensor4D =>
    splitHeads(project(x, ...layerRows(net, 'attn.qkv', index * width, (index + 1) * width)), heads);
  const query = tf.mul(part(0), (width / heads) ** -0.5);
  return mergeHeads(tf.matMul(tf.softmax(tf.matMul(query, part(1), false, true)), part(2)));
}

/**
 * The same for the class token alone, [B, 1, width], without keys and values of the 147 others. A head's logits q (W x_j + b) are
 * (q W) x_j, but for a number that is the same for all j, which the softmax does not see; and a mean of values W x_j + b is
 * W times the mean of x_j, plus b.
 */
function classAttention(net: Network, x: Tensor3D): Tensor3D {
  const { heads, width } = net.size.vit;
  const [batch] = x.shape;
  const depth = width / heads;
  /** [heads, depth, width] */
  const perHead = (index: number): Tensor3D =>
    tf.reshape(layerRows(net, 'attn.qkv', index * width, (index + 1) * width)[0], [heads, depth, width]);
  const swapped = (y: Tensor3D): Tensor3D => tf.transpose(y, [1, 0, 2]);
  const token: Tensor2D = tf.reshape(tf.slice(x, [0, 0, 0], [batch, 1, width]), [batch, width]);
  const query = tf.mul(project(token, ...layerRows(net, 'attn.qkv', 0, width)), depth ** -0.5);
  const byHead = swapped(tf.reshape(query, [batch, heads, depth]));
  const asked = swapped(tf.matMul(byHead, perHead(1)));
  const weights = tf.softmax(tf.matMul(asked, x, false, true));
  const means = swapped(tf.matMul(weights, x));
  const values = swapped(tf.matMul(means, perHead(2), false, true));
  const [, bias] = layerRows(net, 'attn.qkv', 2 * width, 3 * width);
  return tf.add(tf.reshape(values, [batch, 1, width]), bias);
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
