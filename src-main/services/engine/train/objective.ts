/** What training minimises, from mu and logvar on: the same for a step of the whole network and for one of its head alone. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { ModelConfig } from '../model/config.ts';
import { sample } from '../model/head.ts';
import type { HeadOutput } from '../model/head.ts';
import type { InputSpec } from '../trace/trace.ts';
import { crossEntropy, gaussianKl, priorKl, shared, smoothed } from './loss.ts';
import type { VichKl } from './loss.ts';

export interface ObjectiveOptions {
  readonly vichKl: VichKl;
  /** Share of the label given to all classes alike; 0 by default. */
  readonly labelSmoothing?: number;
}

export type ObjectiveInput =
  | 'targets' // [B, classes] soft labels
  | 'classWeights' // [classes]
  | 'entropyShares' // [B] factors of the losses in their mean
  | 'divergenceShares'
  | 'eps' // [B, classes]
  | 'prior' // [B, classes]
  | 'lambda'; // scalar

/** Shapes of what the objective of `batch` images reads. */
export function objectiveInputs({ classes }: ModelConfig, batch: number): Record<ObjectiveInput, InputSpec> {
  const each = { shape: [batch] };
  const perClass = { shape: [batch, classes] };
  return {
    targets: perClass,
    classWeights: { shape: [classes] },
    entropyShares: each,
    divergenceShares: each,
    eps: perClass,
    prior: perClass,
    lambda: { shape: [] },
  };
}

/**
 * Mean cross-entropy of the sampled logits plus lambda times the mean KL term.
 * @returns the loss, and [B, classes] sampled logits z; mu without VICH.
 */
export function objective(
  { mu, logvar }: HeadOutput,
  inputs: Readonly<Record<ObjectiveInput, Tensor>>,
  { vichKl, labelSmoothing = 0 }: ObjectiveOptions,
): { loss: tf.Scalar; logits: Tensor2D } {
  const logits = logvar ? sample(mu, logvar, inputs.eps as Tensor2D) : mu;
  const targets = smoothed(inputs.targets as Tensor2D, labelSmoothing);
  const losses = crossEntropy(logits, targets, inputs.classWeights as Tensor1D);
  const entropy = shared(losses, inputs.entropyShares as Tensor1D) as tf.Scalar;
  if (!logvar) return { loss: entropy, logits };
  const each = vichKl === 'paper' ? gaussianKl(mu, logvar) : priorKl(logits, inputs.prior as Tensor2D);
  const distance = shared(each, inputs.divergenceShares as Tensor1D);
  return { loss: tf.add(entropy, tf.mul(distance, inputs.lambda)), logits };
}
