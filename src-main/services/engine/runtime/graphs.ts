/** The forward passes as programs: which inputs they have, and how weights become part of them. */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { IMAGE_SIDE } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import { sizeOf } from '../model/initialise.ts';
import type { Weights } from '../model/initialise.ts';
import { usedParameters } from '../model/parameters.ts';
import { forward } from '../model/poster-var.ts';
import type { Params } from '../model/poster-var.ts';
import type { Graph } from '../trace/graph.ts';
import { graphOf } from '../trace/program.ts';
import type { Program } from '../trace/program.ts';
import type { InputSpec } from '../trace/trace.ts';

/** Numbers of one input image: [3, 224, 224]. */
export const IMAGE_SIZE = 3 * IMAGE_SIDE * IMAGE_SIDE;

/** A function of the model's parameters and a batch of images, both of which are inputs of the program. */
export function modelProgram(
  name: string,
  config: ModelConfig,
  batch: number,
  fn: (params: Params, images: Tensor4D) => Readonly<Record<string, Tensor>>,
): Program {
  const inputs: Record<string, InputSpec> = { images: { shape: [batch, 3, IMAGE_SIDE, IMAGE_SIDE] } };
  for (const { name, shape } of usedParameters(config)) inputs[name] = { shape };
  return {
    name,
    inputs,
    fn: (tensors) => fn((parameter) => named(tensors, parameter), named(tensors, 'images') as Tensor4D),
  };
}

function named(tensors: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`the model reads a parameter that its table does not have: ${name}`);
  return tensor;
}

/** The forward pass in evaluation mode: mu, logvar (with VICH) and features. */
export function evaluationProgram(config: ModelConfig, batch: number): Program {
  return modelProgram('poster-var', config, batch, (params, images) => {
    const { mu, logvar, features } = forward(params, images, config, { kind: 'eval' });
    return { mu, ...(logvar && { logvar }), features };
  });
}

export function evaluationGraph(config: ModelConfig, batch: number): Graph {
  return graphOf(evaluationProgram(config, batch));
}

/**
 * The weights that a graph reads, as constants for `toOnnx`.
 * @throws when one is missing or has another shape: reading a checkpoint reports such things before this point.
 */
export function constantsFor(config: ModelConfig, weights: Weights): Map<string, Float32Array> {
  const constants = new Map<string, Float32Array>();
  for (const { name, shape } of usedParameters(config)) {
    const tensor = weights.get(name);
    if (tensor?.dtype !== 'float32' || tensor.data.length !== sizeOf(shape)) {
      throw new Error(`the weights have no ${name} of shape [${shape.join()}]`);
    }
    constants.set(name, tensor.data);
  }
  return constants;
}
