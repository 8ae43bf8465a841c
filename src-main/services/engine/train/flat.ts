/**
 * Where each tensor lies in the flat vectors of a training state. The optimizer works on one vector of all parameters:
 * a dozen ops instead of a dozen a tensor, and four arrays instead of a thousand cross into ONNX Runtime a step.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ModelConfig } from '../model/config.ts';
import { sizeOf } from '../model/initialise.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';
import { usedParameters } from '../model/parameters.ts';
import type { ParameterRole, ParameterSpec } from '../model/parameters.ts';

export interface FlatEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

export interface FlatLayout {
  readonly entries: readonly FlatEntry[];
  readonly size: number;
}

export interface StateLayout {
  readonly trainable: FlatLayout;
  readonly frozen: FlatLayout;
  /** Running means and variances. */
  readonly statistics: FlatLayout;
}

function layoutOf(specs: readonly ParameterSpec[], role: ParameterRole): FlatLayout {
  let size = 0;
  const entries = specs
    .filter((spec) => spec.role === role)
    .map(({ name, shape }): FlatEntry => {
      const entry = { name, shape, offset: size, size: sizeOf(shape) };
      size += entry.size;
      return entry;
    });
  return { entries, size };
}

export function stateLayout(config: ModelConfig): StateLayout {
  const specs = usedParameters(config);
  return {
    trainable: layoutOf(specs, 'trainable'),
    frozen: layoutOf(specs, 'frozen'),
    statistics: layoutOf(specs, 'buffer'),
  };
}

/** Trainable parameters of the head, which reads the features: mu and logvar, or the plain linear layer. */
export function headLayout(config: ModelConfig): FlatLayout {
  return layoutOf(
    usedParameters(config).filter(({ name }) => name.startsWith('VIT.head')),
    'trainable',
  );
}

/** The tensors of a flat vector, by name. */
export function sliced(flat: Tensor, layout: FlatLayout): Map<string, Tensor> {
  return new Map(
    layout.entries.map(({ name, shape, offset, size }) => [
      name,
      tf.reshape(tf.slice(flat, [offset], [size]), [...shape]),
    ]),
  );
}

/** The flat vector of tensors given by name. */
export function joined(tensors: ReadonlyMap<string, Tensor>, layout: FlatLayout): Tensor {
  const parts = layout.entries.map(({ name, size }) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`the training step made no ${name}`);
    return tf.reshape(tensor, [size]);
  });
  return tf.concat(parts);
}

/** Numbers by name, packed. @throws when one is missing or has another size. */
export function packed(weights: Weights, layout: FlatLayout, suffix = ''): Float32Array {
  const flat = new Float32Array(layout.size);
  for (const { name, offset, size } of layout.entries) {
    const tensor = weights.get(name + suffix);
    if (tensor?.dtype !== 'float32' || tensor.data.length !== size) {
      throw new Error(`the state has no ${name}${suffix} of ${size} numbers`);
    }
    flat.set(tensor.data, offset);
  }
  return flat;
}

/** Copies of the tensors in a packed vector, by name. */
export function unpacked(flat: Float32Array, layout: FlatLayout, suffix = ''): Map<string, StoredTensor> {
  return new Map(
    layout.entries.map(({ name, shape, offset, size }) => [
      name + suffix,
      { dtype: 'float32', shape, data: flat.slice(offset, offset + size) },
    ]),
  );
}
