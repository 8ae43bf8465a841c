/** Head-only training: the same forward pass cut at the features, the same objective, the same optimizers. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { sizeTable } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import { judge } from '../model/poster-var.ts';
import type { Program } from '../trace/program.ts';
import { headLayout, joined, sliced } from './flat.ts';
import { objective, objectiveInputs } from './objective.ts';
import type { ObjectiveOptions } from './objective.ts';
import type { WeightedTargets } from './shares.ts';
import { updateInputs, updated } from './step.ts';
import type { UpdateOptions } from './step.ts';

export interface HeadBatch extends WeightedTargets {
  /** [B, width] */
  readonly features: Float32Array;
}

type Tensors = Readonly<Record<string, Tensor>>;

/** From the head's parameters and moments to the next ones, with the loss of a batch of [B, width] features. */
export function headStepProgram(
  config: ModelConfig,
  batch: number,
  options: ObjectiveOptions & UpdateOptions,
): Program {
  const layout = headLayout(config);
  const { width } = sizeTable(config.size).vit;
  const fn = (inputs: Tensors): Record<string, Tensor> => {
    const of = (name: string): Tensor => read(inputs, name);
    const parameters = sliced(of('parameters'), layout);
    const names = [...parameters.keys()];
    const { value, grads } = tf.valueAndGrads((...weights: Tensor[]) => {
      const current = Object.fromEntries(names.map((name, index) => [name, weights[index] ?? of(name)]));
      const output = judge((name) => read(current, name), of('features') as Tensor2D, config, { kind: 'eval' });
      return objective(output, inputs, options).loss;
    })([...parameters.values()]);
    const gradients = new Map(names.map((name, index) => [name, grads[index] ?? tf.zeros([0])]));
    return { ...updated({ ...inputs, gradient: joined(gradients, layout) }, options), loss: value };
  };
  const inputs = {
    features: { shape: [batch, width] },
    parameters: { shape: [layout.size] },
    ...updateInputs(layout.size, options),
    ...objectiveInputs(config, batch),
  };
  return { name: `poster-var-head-step-${batch}`, inputs, fn };
}

/** mu and logvar (with VICH) of a batch of features. */
export function headProgram(config: ModelConfig, batch: number): Program {
  const layout = headLayout(config);
  const inputs = {
    features: { shape: [batch, sizeTable(config.size).vit.width] },
    parameters: { shape: [layout.size] },
  };
  const fn = (tensors: Tensors): Record<string, Tensor> => {
    const weights = Object.fromEntries(sliced(read(tensors, 'parameters'), layout));
    const features = read(tensors, 'features') as Tensor2D;
    const { mu, logvar } = judge((name) => read(weights, name), features, config, { kind: 'eval' });
    return { mu, ...(logvar && { logvar }) };
  };
  return { name: `poster-var-head-judge-${batch}`, inputs, fn };
}

function read(tensors: Tensors, name: string): Tensor {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`a step of the head has no ${name}`);
  return tensor;
}
