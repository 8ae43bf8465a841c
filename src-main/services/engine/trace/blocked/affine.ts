/**
 * Sums of maps scaled channel by channel, a1 x1 + a2 x2 + ... + b, kept as terms until somebody needs the numbers. Batch
 * norms and their gradients, PReLUs, biases and residual additions all are such sums: kept as terms they merge, and each
 * term costs one pass over memory instead of two or three.
 */
import type { Lowering } from '../lowering.ts';

/** A number for all channels, or the name of a vector of one number a channel. */
export type PerChannel = number | string;

export interface Term {
  /** Name of a blocked map. */
  readonly map: string;
  readonly factor: PerChannel;
}

export interface Affine {
  readonly terms: readonly Term[];
  readonly shift: PerChannel;
}

export const oneMap = (map: string): Affine => ({ terms: [{ map, factor: 1 }], shift: 0 });

function times(onnx: Lowering, a: PerChannel, b: PerChannel): PerChannel {
  if (a === 0 || b === 0) return 0;
  if (a === 1) return b;
  if (b === 1) return a;
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  return onnx.op('Mul', [vector(onnx, a), vector(onnx, b)]);
}

function plus(onnx: Lowering, a: PerChannel, b: PerChannel): PerChannel {
  if (a === 0) return b;
  if (b === 0) return a;
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  return onnx.op('Add', [vector(onnx, a), vector(onnx, b)]);
}

const vector = (onnx: Lowering, x: PerChannel): string => (typeof x === 'number' ? onnx.scalar(x) : x);

/** Adds two sums; a map that both have is read once. */
export function added(onnx: Lowering, a: Affine, b: Affine): Affine {
  const terms = [...a.terms];
  for (const { map, factor } of b.terms) {
    const index = terms.findIndex((term) => term.map === map);
    const known = terms[index];
    if (known) terms[index] = { map, factor: plus(onnx, known.factor, factor) };
    else terms.push({ map, factor });
  }
  return { terms, shift: plus(onnx, a.shift, b.shift) };
}

export function scaled(onnx: Lowering, { terms, shift }: Affine, by: PerChannel): Affine {
  return {
    terms: terms.map(({ map, factor }) => ({ map, factor: times(onnx, factor, by) })),
    shift: times(onnx, shift, by),
  };
}

export function shifted(onnx: Lowering, { terms, shift }: Affine, by: PerChannel): Affine {
  return { terms, shift: plus(onnx, shift, by) };
}
