/**
 * Golden values of the official PyTorch code: weights and inputs that both sides can make from their names, and what the
 * official code computed from them (golden-*.json: the summaries that the tests here compare).
 */
import { readFileSync } from 'node:fs';
import type { CamMethod } from '../../src-shared/domain/cam.ts';
import { transpose } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ModelConfig } from '../../src-main/services/engine/model/config.ts';
import { relativePositionIndex, sizeOf } from '../../src-main/services/engine/model/initialise.ts';
import type { StoredTensor } from '../../src-main/services/engine/model/initialise.ts';
import { parameterTable } from '../../src-main/services/engine/model/parameters.ts';

/** A tensor told by its norm and some of its elements: those at 0, stride, 2 stride, ... */
export interface Summary {
  readonly l2: number;
  readonly stride: number;
  readonly samples: readonly number[];
}

export interface EvaluationGolden {
  readonly uniform: Readonly<Record<string, readonly number[]>>;
  readonly full: { mu: number[][] };
  /** Outputs of the official modules in evaluation mode, by their names. */
  readonly features: Readonly<Record<string, Summary>>;
  readonly landmarks: number[][];
  readonly baseline: number[][];
  readonly noLayer: number[][];
  readonly noVich: number[][];
  readonly full8: number[][];
  /** A class: a sample: a row: a column. */
  readonly cams: number[][][][];
}

export interface TrainingGolden {
  readonly full: { labels: number[]; logits: number[][]; loss: number; statistics: Record<string, Summary> };
  /** Computed in float64, with the error that PyTorch's own float32 makes. */
  readonly gradients: Readonly<Record<string, Summary & { float32_error: number }>>;
  readonly soft: { loss: number; gradients: Record<string, Summary & { float32_error: number }> };
  readonly official: number[];
  readonly gaussian: { mu: number[][]; logvar: number[][]; kl_per_sample: number[] };
  readonly adamw: { losses: number[]; params_after: Record<string, Summary> };
  /** A step's two losses follow one another. */
  readonly sam: { losses: number[]; params_after: Record<string, Summary> };
}

/** What cam-kin.py made: maps of the first image, a class: a place in row order. */
export interface CamKinGolden {
  readonly mu: readonly number[];
  readonly maps: Readonly<Record<CamMethod, readonly (readonly number[])[]>>;
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));

export const evaluationGolden = (): EvaluationGolden => read('golden-evaluation.json') as EvaluationGolden;
export const camKinGolden = (): CamKinGolden => read('golden-cam-kin.json') as CamKinGolden;
export const trainingGolden = (): TrainingGolden => read('golden-training.json') as TrainingGolden;

/** mulberry32, seeded by the 32-bit FNV-1a hash of the key; `map` turns each number in [0, 1) into an element. */
export function uniform(key: string, count: number, map: (u: number) => number): Float32Array {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) state = Math.imul(state ^ byte, 0x01000193);
  const numbers = new Float32Array(count);
  for (let index = 0; index < count; index += 1) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    numbers[index] = map(((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296);
  }
  return numbers;
}

/** A named input of the golden runs: uniform in -scale .. scale. */
export function goldenInput(name: string, count: number, scale: number): Float32Array {
  return uniform(name, count, (u) => (u - 0.5) * 2 * scale);
}

const filled = new Map<string, Float32Array>();

function fill(name: string, shape: readonly number[]): Float32Array {
  const key = `${name} [${shape.join()}]`;
  const known = filled.get(key);
  if (known) return known;
  const data = uniform(name, sizeOf(shape), elementOf(name.split('.').at(-1) ?? '', shape));
  filled.set(key, data);
  return data;
}

function elementOf(last: string, shape: readonly number[]): (u: number) => number {
  switch (last) {
    case 'running_var':
    case 'gamma1':
    case 'gamma2':
      return (u) => 0.5 + u;
    case 'running_mean':
      return (u) => (u - 0.5) * 0.2;
    case 'relative_position_bias_table':
      return (u) => (u - 0.5) * 0.5;
    case 'cls_token':
    case 'pos_embed':
    case 'level_embeds':
      return (u) => u - 0.5;
    case 'bias':
      return (u) => (u - 0.5) * 0.1;
    default: {
      if (shape.length === 1) return (u) => 0.7 + 0.3 * u;
      const bound = Math.sqrt(3 / sizeOf(shape.slice(1)));
      return (u) => (u - 0.5) * 2 * bound;
    }
  }
}

/** Golden weights for a configuration; dead entries are left out, nothing reads them. */
export function goldenWeights(config: ModelConfig): Map<string, StoredTensor> {
  const weights = new Map<string, StoredTensor>();
  for (const { name, shape, dtype, role, init } of parameterTable(config)) {
    if (role === 'unused') continue;
    if (dtype === 'float32') weights.set(name, { dtype, shape, data: fill(name, shape) });
    else if (init.kind === 'relativeIndex')
      weights.set(name, { dtype, shape, data: relativePositionIndex(init.window) });
    else weights.set(name, { dtype, shape, data: new BigInt64Array(sizeOf(shape)) });
  }
  return weights;
}

/** An NHWC map as PyTorch holds it. */
export function nchw(map: Tensor): Tensor {
  return transpose(map, [0, 3, 1, 2]);
}

export function missing(name: string): never {
  throw new Error(`the golden values have no ${name}`);
}

/** Largest absolute difference of two lists of equal length. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  for (let index = 0; index < actual.length; index += 1) {
    const difference = Math.abs((actual[index] ?? NaN) - (expected[index] ?? NaN));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** How far a tensor is from its summary, relative to the norm: the larger of the norm's own error and the samples'. */
export function summaryError(actual: Float32Array, summary: Summary): number {
  const norm = Math.sqrt(actual.reduce((sum, value) => sum + value * value, 0));
  const samples = summary.samples.map((_, index) => actual[index * summary.stride] ?? NaN);
  const difference = Math.sqrt(
    samples.reduce((sum, value, index) => sum + (value - (summary.samples[index] ?? NaN)) ** 2, 0),
  );
  // The samples are a share of the tensor: their error is compared with that share of the norm.
  const share = summary.l2 * Math.sqrt(samples.length / actual.length);
  return Math.max(Math.abs(norm - summary.l2) / summary.l2, difference / share);
}
