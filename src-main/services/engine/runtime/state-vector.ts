/** A vector of a training's state, as the graphs of its device take it: whole, or in parts (`trace/blocked/vectors.ts`). */
import type { Tensor } from 'onnxruntime-node';
import { joinVector, partName, splitVector } from '../trace/blocked/vectors.ts';
import type { VectorLayout } from '../trace/blocked/vectors.ts';
import { flatTensor } from './session.ts';

export class StateVector {
  readonly #layout: VectorLayout | undefined;
  readonly #tensors: readonly Tensor[];

  /** Zeros. @param layout of the parts; the vector is whole without one. */
  constructor(size: number, layout: VectorLayout | undefined) {
    this.#layout = layout;
    const sizes = layout ? layout.parts.map((part) => part.size) : [size];
    this.#tensors = sizes.map((length) => flatTensor(new Float32Array(length)));
  }

  /** Inputs or outputs of a graph that calls the vector `name`. */
  ports(name: string): [string, Tensor][] {
    return this.#tensors.map((tensor, part) => [this.#layout ? partName(name, part) : name, tensor]);
  }

  load(whole: Float32Array): void {
    const parts = this.#layout ? splitVector(whole, this.#layout) : [whole];
    this.#tensors.forEach((tensor, part) => numbers(tensor).set(parts[part] ?? []));
  }

  clear(): void {
    for (const tensor of this.#tensors) numbers(tensor).fill(0);
  }

  /** The numbers, in the vector's own order. */
  whole(): Float32Array {
    const parts = this.#tensors.map(numbers);
    return this.#layout ? joinVector(parts, this.#layout) : (parts[0] ?? new Float32Array(0));
  }
}

function numbers(tensor: Tensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  throw new Error('a state vector is not float32');
}
