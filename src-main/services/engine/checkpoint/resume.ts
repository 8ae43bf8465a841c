/**
 * Where a training stands between two steps, as a file: weights, the optimizer's moments, and what the loop has counted. The
 * file's name holds the steps taken and the SHA-256 of its content, so that a torn or damaged one is known and passed over.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BestEpoch } from '../../../../src-shared/domain/run.ts';
import { fileHash } from '../../files/hash.ts';
import { sizeOf } from '../model/initialise.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';
import { leftovers, replaceFile } from './durable.ts';
import { fileDtype } from './match.ts';
import { encodeHeader, headerLength, parseHeader } from './safetensors.ts';
import type { TensorEntry } from './safetensors.ts';

/** What the loop knows between two steps. */
export const Standing = z.object({
  /** Epoch under way, from 1; one more than there are when all is done. */
  epoch: z.number().int(),
  /** Steps of it that are done: the sampler's position. */
  stepOfEpoch: z.number().int(),
  /** All steps done. */
  steps: z.number().int(),
  /** Sums over the epoch's images so far. */
  lossSum: z.number(),
  correct: z.number().int(),
  /** Seconds of the epoch that steps waited for their batch. */
  waitSeconds: z.number().default(0),
  /** `score`: its figure of the metric; older points hold none, for theirs was the accuracy. */
  best: BestEpoch.extend({ score: z.number().optional() }).nullable(),
  bestHash: z.string(),
  processSeconds: z.number(),
  /** State of the generator that the steps' noise is split from. */
  noise: z.tuple([z.number(), z.number(), z.number(), z.number()]),
});
export type Standing = z.infer<typeof Standing>;

export interface ResumePoint {
  readonly standing: Standing;
  readonly weights: Weights;
  readonly optimizer: Weights;
  /** What the epoch under way has seen of each image; empty in points of older versions. */
  readonly dynamics: Weights;
}

const KEPT = 3;
const NAME = /^resume-(\d{10})\.([0-9a-f]{64})\.safetensors$/;
const FORMAT = 'poster-var-resume/1';
const MODEL = 'model.';
const OPTIMIZER = 'optimizer.';
const DYNAMICS = 'dynamics.';

/**
 * Writes a point beside those before it, and removes all but the newest three, and what a process that died has left.
 * @throws FailureError 'disk-full' or 'unavailable'; the points before it then stand untouched.
 */
export function saveResumePoint(folder: string, { standing, weights, optimizer, dynamics }: ResumePoint): void {
  mkdirSync(folder, { recursive: true });
  const named = (prefix: string, tensors: Weights): [string, StoredTensor][] =>
    [...tensors].map(([name, tensor]) => [prefix + name, tensor]);
  // Widest elements first: every tensor then lies aligned in the file.
  const tensors = [...named(MODEL, weights), ...named(OPTIMIZER, optimizer), ...named(DYNAMICS, dynamics)].sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT,
  );
  let end = 0;
  const entries = tensors.map(([name, { dtype, shape, data }]): TensorEntry => {
    const begin = end;
    end += data.byteLength;
    return { name, dtype: fileDtype(dtype), shape, begin, end };
  });
  const metadata = new Map([
    ['format', FORMAT],
    ['standing', JSON.stringify(standing)],
  ]);
  const hash = createHash('sha256');
  const chunks = function* (): Generator<Uint8Array> {
    yield* counted(encodeHeader(entries, metadata));
    for (const [, tensor] of tensors) yield* counted(bytesOf(tensor));
  };
  const counted = function* (bytes: Uint8Array): Generator<Uint8Array> {
    hash.update(bytes);
    yield bytes;
  };
  const start = join(folder, `resume-${String(standing.steps).padStart(10, '0')}`);
  replaceFile(start, chunks(), () => `${start}.${hash.digest('hex')}.safetensors`);
  const old = pointsOf(folder)
    .slice(KEPT)
    .map(({ file }) => file);
  // One process trains a run: what lies there half-written is of one that died.
  for (const name of [...old, ...leftovers(folder)]) rmSync(join(folder, name), { force: true });
}

/** The newest point that is whole; null where there is none. */
export function loadResumePoint(folder: string): ResumePoint | null {
  for (const { file, hash } of pointsOf(folder)) {
    const bytes = readFileSync(join(folder, file));
    if (createHash('sha256').update(bytes).digest('hex') === hash) return decode(bytes);
  }
  return null;
}

/** Whether there is a whole one, told without holding it in memory. */
export async function hasResumePoint(folder: string): Promise<boolean> {
  for (const { file, hash } of pointsOf(folder)) if ((await fileHash(join(folder, file))) === hash) return true;
  return false;
}

/** Names of the points in a folder, the newest first. */
function pointsOf(folder: string): { readonly file: string; readonly hash: string }[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .toSorted()
    .toReversed()
    .flatMap((file) => {
      const hash = NAME.exec(file)?.[2];
      return hash === undefined ? [] : [{ file, hash }];
    });
}

function decode(bytes: Uint8Array): ResumePoint {
  const length = headerLength(bytes.subarray(0, 8), bytes.byteLength);
  const header = parseHeader(bytes.subarray(8, 8 + length), bytes.byteLength);
  const read = (prefix: string): Map<string, StoredTensor> =>
    new Map(
      header.tensors
        .filter(({ name }) => name.startsWith(prefix))
        .map((entry) => [entry.name.slice(prefix.length), tensorOf(entry, bytes.subarray(header.dataStart))]),
    );
  const standing = Standing.parse(JSON.parse(header.metadata.get('standing') ?? 'null'));
  return { standing, weights: read(MODEL), optimizer: read(OPTIMIZER), dynamics: read(DYNAMICS) };
}

function tensorOf({ dtype, shape, begin, end }: TensorEntry, data: Uint8Array): StoredTensor {
  const count = sizeOf(shape);
  const tensor: StoredTensor =
    dtype === fileDtype('int64')
      ? { dtype: 'int64', shape, data: new BigInt64Array(count) }
      : { dtype: 'float32', shape, data: new Float32Array(count) };
  bytesOf(tensor).set(data.subarray(begin, end));
  return tensor;
}

function bytesOf({ data }: StoredTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
