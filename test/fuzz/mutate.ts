/** Files to begin with, and the ways in which they are damaged. Everything follows from one seed. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../src-main/services/engine/random.ts';
import {
  bytes,
  checkpoint,
  dict,
  floats,
  legacy,
  op,
  pickle,
  tensor,
} from '../unit/engine/checkpoint/pytorch/pickle.ts';

const SHARED = join(import.meta.dirname, '../../../shared/reference/checkpoints');
const four = floats(1, 2, 3, 4);
const plain = tensor({ numel: 4, shape: [2, 2], stride: [2, 1] });
const view = tensor({ numel: 4, shape: [2, 2], stride: [1, 2] });

/** Pickles whose tensors lie in storage 0 of four floats. */
const PICKLES: readonly Uint8Array[] = [
  pickle(dict({ epoch: op.int(3), state_dict: dict({ 'module.w': plain, 'module.v': view }) })),
  pickle(op.list, op.mark, plain, op.float(1.5), op.text('x'), op.long(-7n), op.appends),
  pickle(
    bytes(
      op.global('__main__', 'Meter'),
      op.empty,
      op.newObject,
      dict({ a: plain }),
      op.build,
      op.put(1),
      op.get(1),
      op.tuple2,
    ),
  ),
  bytes(
    op.proto(4),
    op.frame(24),
    op.dict,
    op.memoize,
    op.short('collections'),
    op.short('OrderedDict'),
    op.stackGlobal,
    op.stop,
  ),
];

/** Whole files: ours, and where they are there those that PyTorch wrote. */
export function seedFiles(): Uint8Array[] {
  const own = PICKLES.flatMap((data) => [
    checkpoint(data, { 0: four }),
    checkpoint(data, { 0: four }, [], { zip64: true }),
    legacy(data, [['0', four, 4]]),
  ]);
  if (!existsSync(SHARED)) return own;
  const samples = readdirSync(SHARED).filter((name) => /\.(pth|pt|tar)$/.test(name));
  return [...own, ...samples.map((name) => new Uint8Array(readFileSync(join(SHARED, name))))];
}

/** Single operations, to be put anywhere. */
const OPERATIONS: readonly Uint8Array[] = [
  ...[
    op.mark,
    op.none,
    op.true,
    op.dict,
    op.list,
    op.empty,
    op.tuple,
    op.tuple1,
    op.tuple2,
    op.tuple3,
    op.append,
    op.appends,
  ],
  ...[op.setItem, op.setItems, op.reduce, op.newObject, op.build, op.persistent, op.memoize, op.stackGlobal, op.stop],
  ...[
    op.get(0),
    op.get(1),
    op.put(0),
    op.put(1),
    op.int(0),
    op.int(-1),
    op.long(1n << 62n),
    op.text('storage'),
    op.text('0'),
  ],
  ...[op.global('torch._utils', '_rebuild_tensor_v2'), op.global('torch', 'FloatStorage'), op.global('torch', 'Size')],
  ...[
    op.global('collections', 'OrderedDict'),
    op.global('os', 'system'),
    op.global('a', 'b'),
    op.frame(0),
    plain,
    view,
  ],
];

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x2e, 0x28, 0x50];

function damage(file: Uint8Array, random: Random): Uint8Array {
  const at = random.integer(Math.max(1, file.length));
  const length = 1 + random.integer(16);
  switch (random.integer(9)) {
    case 7:
    case 8:
    case 0: {
      const copy = file.slice();
      copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(8));
      return copy;
    }
    case 1: {
      const copy = file.slice();
      for (let i = 0; i < length && at + i < copy.length; i++)
        copy[at + i] = INTERESTING[random.integer(INTERESTING.length)] ?? 0;
      return copy;
    }
    case 2:
      return file.slice(0, at);
    case 3:
      return Buffer.concat([file.subarray(0, at), file.subarray(at + length)]);
    case 4:
      return Buffer.concat([file.subarray(0, at), file.subarray(Math.max(0, at - length), at), file.subarray(at)]);
    case 5:
      return Buffer.concat([
        file.subarray(0, at),
        OPERATIONS[random.integer(OPERATIONS.length)] ?? op.none,
        file.subarray(at),
      ]);
    default: {
      const copy = file.slice();
      for (let i = 0; i < length; i++) copy[random.integer(copy.length)] = random.integer(256);
      return copy;
    }
  }
}

/** A program of random operations: mostly nonsense, now and then a deep one. */
function program(random: Random): Uint8Array {
  const count = 1 + random.integer(60);
  const operations = Array.from({ length: count }, () => OPERATIONS[random.integer(OPERATIONS.length)] ?? op.none);
  return pickle(...operations);
}

/** One damaged file. Half of them keep a whole container, so that the damage reaches the pickle machine. */
export function mutated(seeds: readonly Uint8Array[], random: Random): Uint8Array {
  const rounds = random.integer(3) > 0 ? 1 : 2 + random.integer(3);
  const several = (start: Uint8Array): Uint8Array => {
    let file = start;
    for (let round = 0; round < rounds && file.length > 0; round++) file = damage(file, random);
    return file;
  };
  const kind = random.integer(4);
  if (kind >= 2) return several(seeds[random.integer(seeds.length)] ?? new Uint8Array());
  const data = kind === 0 ? program(random) : several(PICKLES[random.integer(PICKLES.length)] ?? new Uint8Array());
  return random.integer(3) === 0 ? legacy(data, [['0', four, 4]]) : checkpoint(data, { 0: four });
}
