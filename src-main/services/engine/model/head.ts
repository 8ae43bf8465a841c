/** The classification head: variational (mu and logvar a class) or plain linear. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { linear } from './layers.ts';
import type { Network } from './layers.ts';

export interface HeadOutput {
  /** [B, classes]; without VICH these are the logits. */
  readonly mu: Tensor2D;
  /** [B, classes] log of the variance, or null without VICH. */
  readonly logvar: Tensor2D | null;
}

/** @param features [B, width]. @param net scoped to `VIT`. */
export function head(net: Network, features: Tensor2D): HeadOutput {
  if (!net.config.vich) return { mu: linear(net, 'head.linear', features), logvar: null };
  return { mu: linear(net, 'head_vae.fc_mu', features), logvar: linear(net, 'head_vae.fc_logvar', features) };
}

/** z = mu + exp(logvar / 2) * eps, the reparameterised sample that is the logit vector in training. */
export function sample(mu: Tensor2D, logvar: Tensor2D, eps: Tensor2D): Tensor2D {
  return tf.add(mu, tf.mul(tf.exp(tf.mul(logvar, 0.5)), eps));
}
