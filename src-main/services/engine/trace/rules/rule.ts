/** What the tracer must know of a kernel, and the readers that rules share. */
import type { NamedAttrMap } from '@tensorflow/tfjs-core';
import type { Shaped } from '../graph.ts';
import type { KernelAttrs, TracedKernel } from '../kernels.ts';
import type { Laid } from '../layout.ts';
import type { Lowering } from '../lowering.ts';

export type Rule<K extends TracedKernel> = KernelRule<KernelAttrs[K]>;

export interface KernelRule<A> {
  /** Names of the kernel's inputs in order, or `all` for a list of any length. */
  readonly inputs: readonly string[] | 'all';
  /** Normalises the attributes that TensorFlow.js passes; throws on what cannot be traced. */
  readonly attrs: (raw: NamedAttrMap, inputs: readonly Shaped[]) => A;
  /** Shapes and types of the outputs. */
  readonly infer: (inputs: readonly Shaped[], attrs: A) => readonly Shaped[];
  /** Writes the ONNX nodes that compute the outputs. */
  readonly lower: (onnx: Lowering, inputs: readonly Laid[], attrs: A) => readonly Laid[];
}

/** The `index`-th of a kernel's inputs; a missing one is a mistake in a rule. */
export function input<T>(inputs: readonly T[], index: number): T {
  const value = inputs[index];
  if (value === undefined) throw new Error(`the kernel has no input number ${index}`);
  return value;
}

export function numberAttr(raw: NamedAttrMap, name: string): number {
  const value = raw[name];
  if (typeof value !== 'number') throw new Error(`attribute ${name} should be a number, is ${JSON.stringify(value)}`);
  return value;
}

export function booleanAttr(raw: NamedAttrMap, name: string): boolean {
  return raw[name] === true;
}

/** A list of numbers; a single number counts as a list of one. */
export function numbersAttr(raw: NamedAttrMap, name: string): number[] {
  const value = raw[name];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== 'number') throw new Error(`attribute ${name} should be numbers, is ${JSON.stringify(value)}`);
    return item;
  });
}

/** A non-negative axis from one that may count from the end. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** The shape that elementwise operations on two shapes have (NumPy's broadcasting). */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, index) => {
    const left = a[index - rank + a.length] ?? 1;
    const right = b[index - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1)
      throw new Error(`shapes [${a.join()}] and [${b.join()}] do not broadcast`);
    return left === 1 ? right : left;
  });
}
