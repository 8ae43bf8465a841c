/** One pyramid level: landmark queries attend to image tokens inside one window, then a feed-forward block. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { relativePositionIndex } from './initialise.ts';
import { at, gelu, linear, project } from './layers.ts';
import type { Network } from './layers.ts';
import { layerNorm } from './norm.ts';

const EPSILON = 1e-5;

/** [B, N, C] as [B, heads, N, C / heads]. */
export function splitHeads(x: Tensor3D, heads: number): Tensor4D {
  const [batch, tokens, channels] = x.shape;
  return tf.transpose<Tensor4D>(tf.reshape(x, [batch, tokens, heads, channels / heads]), [0, 2, 1, 3]);
}

/** The inverse of `splitHeads`. */
export function mergeHeads(x: Tensor4D): Tensor3D {
  const [batch, heads, tokens, depth] = x.shape;
  return tf.reshape<tf.Rank.R3>(tf.transpose(x, [0, 2, 1, 3]), [batch, tokens, heads * depth]);
}

/** Rows `from` to `to` of a linear layer, as weight and bias: the query, key or value part of a fused one. */
export function layerRows(net: Network, name: string, from: number, to: number): [Tensor2D, Tensor1D] {
  const weight = net.weight(`${name}.weight`);
  const bias = net.weight(`${name}.bias`);
  return [
    tf.slice(weight, [from, 0], [to - from, weight.shape[1] ?? 0]) as Tensor2D,
    tf.slice(bias, [from], [to - from]) as Tensor1D,
  ];
}

/** [1, heads, N, N] learned offsets of the attention logits, by relative position. */
function positionBias(net: Network, window: number, heads: number): Tensor4D {
  const tokens = window * window;
  const index = tf.tensor1d(Int32Array.from(relativePositionIndex(window), Number), 'int32');
  const rows = tf.gather(net.weight('relative_position_bias_table'), index);
  return tf.transpose<Tensor4D>(tf.reshape(rows, [1, tokens, tokens, heads]), [0, 3, 1, 2]);
}

/** WindowAttentionGlobal for a map that is one window: keys and values of the image, queries of the landmark map. */
export function attention(net: Network, image: Tensor3D, landmarks: Tensor3D, window: number, heads: number): Tensor3D {
  const channels = image.shape[2];
  const key = splitHeads(project(image, ...layerRows(net, 'qkv', 0, channels)), heads);
  const value = splitHeads(project(image, ...layerRows(net, 'qkv', channels, 2 * channels)), heads);
  const query = tf.mul(splitHeads(landmarks, heads), (channels / heads) ** -0.5);
  const logits = tf.add(tf.matMul(query, key, false, true), positionBias(net, window, heads));
  return linear(net, 'proj', mergeHeads(tf.matMul(tf.softmax(logits), value)));
}

/** Drop path: the given residual branch of each sample, kept and scaled, or dropped. */
function branch(net: Network, index: number | null, x: Tensor3D): Tensor3D {
  if (net.mode.kind === 'eval' || net.mode.dropPath === null || index === null) return x;
  const factors = tf.slice(net.mode.dropPath, [0, index], [x.shape[0], 1]);
  return tf.mul(x, tf.reshape(factors, [x.shape[0], 1, 1]));
}

/**
 * @param level 0, 1 or 2, fine to coarse.
 * @param image [B, w, w, C] image map.
 * @param landmarks [B, w, w, C] landmark map.
 * @returns [B, w, w, C].
 */
export function attendLevel(net: Network, level: number, image: Tensor4D, landmarks: Tensor4D): Tensor4D {
  return attendNormalised(net, level, normalised(net, level, image), landmarks);
}

/** A level's image map after the LayerNorm over its channels: all that the network reads of it. */
export function normalised(net: Network, level: number, image: Tensor4D): Tensor4D {
  return layerNorm(at(net, `window${level + 1}`), 'norm', image, EPSILON);
}

/** `attendLevel` from the normalised image map on. */
export function attendNormalised(net: Network, level: number, image: Tensor4D, landmarks: Tensor4D): Tensor4D {
  const settings = net.size.pyramid[level];
  if (!settings) throw new Error(`there is no pyramid level ${level}`);
  const { window, heads } = settings;
  const [batch, , , channels] = image.shape;
  const tokens = (x: Tensor): Tensor3D => tf.reshape(x, [batch, window * window, channels]);
  const shortcut = tokens(image);
  const attended = attention(at(net, `attn${level + 1}`), shortcut, tokens(landmarks), window, heads);

  const ffn = at(net, `ffn${level + 1}`);
  const drop = (which: number): number | null => (level === 0 ? null : 2 * (level - 1) + which);
  let y: Tensor3D = tf.add(shortcut, branch(net, drop(0), tf.mul(attended, ffn.weight('gamma1'))));
  const hidden = gelu(linear(ffn, 'mlp.fc1', layerNorm(ffn, 'norm', y, EPSILON)));
  y = tf.add(y, branch(net, drop(1), tf.mul(linear(ffn, 'mlp.fc2', hidden), ffn.weight('gamma2'))));
  return tf.reshape(y, [batch, window, window, channels]);
}
