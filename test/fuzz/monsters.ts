/** Files of 60 MiB made of one operation again and again: what a pickle can do at most. */
import { bytes, checkpoint, op } from '../unit/engine/checkpoint/pytorch/pickle.ts';

const SIZE = 60 * 1024 * 1024;
const start = op.proto(4);

/** Operation that is repeated, after what it needs on the stack. */
const REPEATED: Readonly<Record<string, readonly [Uint8Array, Uint8Array]>> = {
  put: [op.none, op.put(0)],
  get: [bytes(op.none, op.put(0)), op.get(0)],
  build: [op.dict, bytes(op.none, op.build)],
  'set the same key': [op.dict, bytes(op.int(3), op.none, op.setItem)],
  dictionaries: [bytes(), op.dict],
  'empty tuples': [bytes(), bytes(op.mark, op.tuple)],
  'tuples in tuples': [op.none, op.tuple1],
  append: [bytes(op.none, op.put(0), op.list), bytes(op.get(0), op.append)],
  'long numbers': [op.dict, bytes(op.long(-5n, 16), op.build)],
  globals: [bytes(), op.global('a', 'b')],
  memo: [op.none, op.memoize],
  'short texts': [op.dict, bytes(op.short('abc'), op.build)],
  calls: [op.dict, bytes(op.global('a', 'b'), op.empty, op.reduce, op.build)],
  frames: [op.none, op.frame(1)],
  marks: [bytes(), op.mark],
};

export const MONSTERS = Object.keys(REPEATED);

export function monster(name: string): Uint8Array {
  const [before, unit] = REPEATED[name] ?? [bytes(), op.none];
  const body = Buffer.alloc(Math.floor(SIZE / unit.length) * unit.length, unit);
  return checkpoint(Buffer.concat([start, before, body, op.stop]));
}
