/**
 * The training step as pure functions: forward, VICH sample, loss, gradients by TensorFlow.js's autodiff, the new running
 * statistics, and the optimizer. A plain step is one program; SAM and gradient accumulation need the gradient by itself.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { OptimizerName } from '../../../../src-shared/domain/run.ts';
import { IMAGE_SIDE } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import { forward } from '../model/poster-var.ts';
import type { Program } from '../trace/program.ts';
import type { InputSpec } from '../trace/trace.ts';
import { joined, sliced, stateLayout } from './flat.ts';
import type { StateLayout } from './flat.ts';
import { clipped, perturbed } from './gradient-norm.ts';
import { objective, objectiveInputs } from './objective.ts';
import type { ObjectiveInput, ObjectiveOptions } from './objective.ts';
import { DROPPABLE_BRANCHES } from './noise.ts';
import { optimizerOf } from './optimizers.ts';

/** What a step is. Everything else about it is an input of its graph. */
export interface StepOptions extends ObjectiveOptions {
  /** Images of a whole step. */
  readonly batch: number;
  /** AdamW by default. */
  readonly optimizer?: OptimizerName;
  /** Gradients are clipped by their global norm. */
  readonly clip?: boolean;
  /** Each parameter has a learning rate of its own: the vector `rates` holds its factor of the step's. */
  readonly rates?: boolean;
  /** A copy of the weights follows them as an exponential moving average. */
  readonly average?: boolean;
  /** Sharpness-aware minimisation around the optimizer: two forward and backward passes a step. */
  readonly sam?: boolean;
  /** Parts that a step's images pass the network in, one after another; 1 by default. Batch norms see a part at a time. */
  readonly accumulate?: number;
}

export type UpdateOptions = Pick<StepOptions, 'optimizer' | 'clip' | 'rates'>;

/** The inputs that the loss and its gradients may read; the graph keeps those that its configuration does read. */
export type GradientInput =
  | ObjectiveInput
  | 'images' // [B, 3, 224, 224]
  | 'dropPath' // [B, 4]
  | 'parameters' // flat vectors
  | 'frozen'
  | 'statistics';

type Inputs = Readonly<Record<GradientInput, Tensor>>;

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
  options: ObjectiveOptions,
  layout: StateLayout = stateLayout(config),
): LossAndGradients {
  const trainable = sliced(inputs.parameters, layout.trainable);
  const fixed = new Map([...sliced(inputs.frozen, layout.frozen), ...sliced(inputs.statistics, layout.statistics)]);
  const names = [...trainable.keys()];
  const statistics = new Map<string, Tensor>(layout.statistics.entries.map(({ name }) => [name, given(fixed, name)]));
  let seen: { mu: Tensor2D; logits: Tensor2D } | null = null;

  const lossAt = (...weights: Tensor[]): tf.Scalar => {
    const current = new Map(names.map((name, index) => [name, weights[index]]));
    const params = (name: string): Tensor => current.get(name) ?? given(fixed, name);
    const mode = { kind: 'train', dropPath: inputs.dropPath as Tensor2D, statistics } as const;
    const output = forward(params, inputs.images as Tensor4D, config, mode);
    const { loss, logits } = objective(output, inputs, options);
    seen = { mu: tf.keep(output.mu), logits: tf.keep(logits) };
    return loss;
  };

  const { value, grads } = tf.valueAndGrads(lossAt)([...trainable.values()]);
  if (seen === null) throw new Error('the loss was differentiated without being computed');
  const gradients = new Map(names.map((name, index) => [name, grads[index] ?? tf.zeros([0])]));
  const { mu, logits } = seen as { mu: Tensor2D; logits: Tensor2D };
  for (const [name, tensor] of statistics) statistics.set(name, handedOver(tensor));
  return { loss: value, mu: handedOver(mu), logits: handedOver(logits), gradients, statistics };
}

/** A tensor that was kept beyond the forward pass, in the caller's scope again: run op by op, it would never be freed. */
function handedOver<T extends Tensor>(tensor: T): T {
  if (!tensor.kept) return tensor;
  const own = tf.clone(tensor);
  tensor.dispose();
  return own;
}

function given(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the model reads a parameter that its table does not have: ${name}`);
  return tensor;
}

/** Any function of a step's inputs, and of others by their shapes. */
export function stepProgram(
  name: string,
  config: ModelConfig,
  batch: number,
  fn: (inputs: Inputs, others: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>,
  others: Readonly<Record<string, InputSpec>> = {},
): Program {
  const { trainable, frozen, statistics } = stateLayout(config);
  const specs: Record<GradientInput, InputSpec> = {
    images: { shape: [batch, 3, IMAGE_SIDE, IMAGE_SIDE] },
    ...objectiveInputs(config, batch),
    dropPath: { shape: [batch, DROPPABLE_BRANCHES] },
    parameters: { shape: [trainable.size] },
    frozen: { shape: [frozen.size] },
    statistics: { shape: [statistics.size] },
  };
  return { name, inputs: { ...others, ...specs }, fn: (inputs) => fn(inputs, inputs) };
}

/** The whole plain step: from parameters, moments and statistics to the next ones, with the loss and mu of the batch. */
export function trainingProgram(config: ModelConfig, options: StepOptions): Program {
  const layout = stateLayout(config);
  const fn = (inputs: Inputs, others: Readonly<Record<string, Tensor>>): Record<string, Tensor> => {
    const { loss, mu, gradients, statistics } = lossAndGradients(inputs, config, options, layout);
    const next = updated({ ...others, gradient: joined(gradients, layout.trainable) }, options);
    return { ...next, nextStatistics: joined(statistics, layout.statistics), loss, mu };
  };
  const others = updateInputs(layout.trainable.size, options);
  const program = stepProgram(`poster-var-step-${options.batch}`, config, options.batch, fn, others);
  return { ...program, made: madeOf(config, options) };
}

/** What a program of a step closes over. */
function madeOf(config: ModelConfig, options: object = {}): string {
  return JSON.stringify([config, options]);
}

/** Only the gradient of `batch` images, with the loss, mu and the next statistics. */
export function gradientProgram(config: ModelConfig, batch: number, options: StepOptions): Program {
  const layout = stateLayout(config);
  const program = stepProgram(`poster-var-gradient-${batch}`, config, batch, (inputs) => {
    const { loss, mu, gradients, statistics } = lossAndGradients(inputs, config, options, layout);
    const gradient = joined(gradients, layout.trainable);
    return { gradient, nextStatistics: joined(statistics, layout.statistics), loss, mu };
  });
  return { ...program, made: madeOf(config, options) };
}

/** The optimizer by itself: from a gradient to the next parameters and moments. */
export function updateProgram(config: ModelConfig, options: StepOptions): Program {
  const { size } = stateLayout(config).trainable;
  const flat = { shape: [size] };
  const inputs = { ...updateInputs(size, options), parameters: flat, gradient: flat };
  const made = madeOf(config, options);
  return { name: 'poster-var-update', made, inputs, fn: (tensors) => updated(tensors, options) };
}

/** Where SAM takes its second gradient: `perturbed` of the parameters. */
export function perturbProgram(config: ModelConfig): Program<'parameters' | 'gradient' | 'rho'> {
  const flat = { shape: [stateLayout(config).trainable.size] };
  return {
    name: 'poster-var-perturb',
    inputs: { parameters: flat, gradient: flat, rho: { shape: [] } },
    fn: ({ parameters, gradient, rho }) => ({ perturbed: perturbed(parameters, gradient, rho) }),
  };
}

/**
 * A vector's exponential moving average: decay * average + (1 - decay) * the vector.
 * @param kind which of a training's vectors.
 */
export function averageProgram(
  config: ModelConfig,
  kind: 'trainable' | 'statistics',
): Program<'average' | 'latest' | 'decay'> {
  const flat = { shape: [stateLayout(config)[kind].size] };
  return {
    name: `poster-var-average-${kind}`,
    inputs: { average: flat, latest: flat, decay: { shape: [] } },
    fn: ({ average, latest, decay }) => ({
      next: tf.add(tf.mul(average, decay), tf.mul(latest, tf.sub(1, decay))),
    }),
  };
}

/** The gradients of two parts of a batch together. */
export function sumProgram(config: ModelConfig): Program<'a' | 'b'> {
  const flat = { shape: [stateLayout(config).trainable.size] };
  return { name: 'poster-var-sum', inputs: { a: flat, b: flat }, fn: ({ a, b }) => ({ sum: tf.add(a, b) }) };
}

/** Name of a moment's vector after the step. */
export function nextOf(moment: string): string {
  return `next ${moment}`;
}

/** What an update reads beside parameters and gradient. */
export function updateInputs(
  size: number,
  { optimizer = 'adamw', rates = false }: UpdateOptions,
): Record<string, InputSpec> {
  const { moments, scalars } = optimizerOf(optimizer);
  return Object.fromEntries([
    ...[...moments, ...(rates ? ['rates'] : [])].map((name): [string, InputSpec] => [name, { shape: [size] }]),
    ...['clipNorm', ...scalars].map((name): [string, InputSpec] => [name, { shape: [] }]),
  ]);
}

/** The next parameters and moments, from `gradient` and what `updateInputs` names. */
export function updated(
  inputs: Readonly<Record<string, Tensor>>,
  { optimizer = 'adamw', clip = false, rates = false }: UpdateOptions,
): Record<string, Tensor> {
  const of = (name: string): Tensor => {
    const tensor = inputs[name];
    if (!tensor) throw new Error(`the update has no ${name}`);
    return tensor;
  };
  const gradient = clip ? clipped(of('gradient'), of('clipNorm')) : of('gradient');
  const chosen = optimizerOf(optimizer);
  const own = rates ? chosen.rates.map((name): [string, Tensor] => [name, tf.mul(of(name), of('rates'))]) : [];
  const scalars = { ...inputs, ...Object.fromEntries(own) };
  const next = chosen.update(of('parameters'), inputs, gradient, scalars);
  return {
    nextParameters: next.parameters,
    ...Object.fromEntries(Object.entries(next.moments).map(([name, value]) => [nextOf(name), value])),
  };
}
