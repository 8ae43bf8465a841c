/**
 * The training step as one pure function: forward, VICH sample, loss, gradients by TensorFlow.js's autodiff, AdamW, and
 * the new running statistics. Traced, it is one ONNX graph.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { IMAGE_SIDE } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import { sample } from '../model/head.ts';
import { forward } from '../model/poster-var.ts';
import type { Graph } from '../trace/graph.ts';
import { trace } from '../trace/trace.ts';
import { joined, sliced, stateLayout } from './flat.ts';
import type { StateLayout } from './flat.ts';
import { crossEntropy, gaussianKl, priorKl, smoothed, weightedMean } from './loss.ts';
import type { VichKl } from './loss.ts';
import { DROPPABLE_BRANCHES } from './noise.ts';
import { adamW } from './optimizer.ts';

export interface StepOptions {
  readonly batch: number;
  readonly vichKl: VichKl;
  /** Share of the label given to all classes alike; 0 by default. */
  readonly labelSmoothing?: number;
}

/** The inputs of a step, of which the graph keeps those that its configuration reads. */
export type StepInput =
  | 'images' // [B, 3, 224, 224]
  | 'targets' // [B, classes] soft labels
  | 'weights' // [B]
  | 'eps' // [B, classes]
  | 'dropPath' // [B, 4]
  | 'prior' // [B, classes]
  | 'lambda' // scalars
  | 'stepSize'
  | 'correction'
  | 'decay'
  | 'parameters' // flat vectors
  | 'mean'
  | 'square'
  | 'frozen'
  | 'statistics';

type Inputs = Readonly<Record<StepInput, Tensor>>;

export interface LossAndGradients {
  readonly loss: Tensor;
  readonly mu: Tensor2D;
  /** The sampled logits z; mu without VICH. */
  readonly logits: Tensor2D;
  /** By official name, for every trainable parameter. */
  readonly gradients: ReadonlyMap<string, Tensor>;
  /** Running statistics after the step, by official name. */
  readonly statistics: ReadonlyMap<string, Tensor>;
}

/** The loss of a batch and its gradients, in training mode. */
export function lossAndGradients(
  inputs: Inputs,
  config: ModelConfig,
  options: StepOptions,
  layout: StateLayout = stateLayout(config),
): LossAndGradients {
  const trainable = sliced(inputs.parameters, layout.trainable);
  const fixed = new Map([...sliced(inputs.frozen, layout.frozen), ...sliced(inputs.statistics, layout.statistics)]);
  const names = [...trainable.keys()];
  const statistics = new Map<string, Tensor>(layout.statistics.entries.map(({ name }) => [name, given(fixed, name)]));
  let seen: { mu: Tensor2D; logits: Tensor2D } | null = null;

  const objective = (...weights: Tensor[]): tf.Scalar => {
    const current = new Map(names.map((name, index) => [name, weights[index]]));
    const params = (name: string): Tensor => current.get(name) ?? given(fixed, name);
    const mode = { kind: 'train', dropPath: inputs.dropPath as Tensor2D, statistics } as const;
    const { mu, logvar } = forward(params, inputs.images as Tensor4D, config, mode);
    const logits = logvar ? sample(mu, logvar, inputs.eps as Tensor2D) : mu;
    seen = { mu: tf.keep(mu), logits: tf.keep(logits) };
    const entropy = crossEntropy(logits, smoothed(inputs.targets as Tensor2D, options.labelSmoothing ?? 0));
    const losses = logvar ? tf.add(entropy, tf.mul(divergence(mu, logvar, logits), inputs.lambda)) : entropy;
    return weightedMean(losses as Tensor1D, inputs.weights as Tensor1D) as tf.Scalar;
  };
  const divergence = (mu: Tensor2D, logvar: Tensor2D, logits: Tensor2D): Tensor1D =>
    options.vichKl === 'paper' ? gaussianKl(mu, logvar) : priorKl(logits, inputs.prior as Tensor2D);

  const { value, grads } = tf.valueAndGrads(objective)([...trainable.values()]);
  if (seen === null) throw new Error('the loss was differentiated without being computed');
  const gradients = new Map(names.map((name, index) => [name, grads[index] ?? tf.zeros([0])]));
  return { loss: value, ...(seen as { mu: Tensor2D; logits: Tensor2D }), gradients, statistics };
}

function given(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the model reads a parameter that its table does not have: ${name}`);
  return tensor;
}

/** Traces any function of a step's inputs. */
export function traceStep(
  config: ModelConfig,
  batch: number,
  fn: (inputs: Inputs) => Readonly<Record<string, Tensor>>,
): Graph {
  const { trainable, frozen, statistics } = stateLayout(config);
  const classes = { shape: [batch, config.classes] };
  const scalar = { shape: [] };
  const flat = { shape: [trainable.size] };
  return trace<StepInput>(fn, {
    images: { shape: [batch, 3, IMAGE_SIDE, IMAGE_SIDE] },
    targets: classes,
    weights: { shape: [batch] },
    eps: classes,
    dropPath: { shape: [batch, DROPPABLE_BRANCHES] },
    prior: classes,
    lambda: scalar,
    stepSize: scalar,
    correction: scalar,
    decay: scalar,
    parameters: flat,
    mean: flat,
    square: flat,
    frozen: { shape: [frozen.size] },
    statistics: { shape: [statistics.size] },
  });
}

/** The whole step: from parameters, moments and statistics to the next ones, with the loss and mu of the batch. */
export function trainingGraph(config: ModelConfig, options: StepOptions): Graph {
  const layout = stateLayout(config);
  return traceStep(config, options.batch, (inputs) => {
    const { loss, mu, gradients, statistics } = lossAndGradients(inputs, config, options, layout);
    const { stepSize, correction, decay } = inputs;
    const next = adamW(inputs, joined(gradients, layout.trainable), { stepSize, correction, decay });
    return {
      nextParameters: next.parameters,
      nextMean: next.mean,
      nextSquare: next.square,
      nextStatistics: joined(statistics, layout.statistics),
      loss,
      mu,
    };
  });
}
