import { EXPRESSION_FACES } from '../../../src-shared/domain/expression.ts';
import type { ImagePrint } from '../store/interface.ts';
import type { QueueKind, Ranked } from './ranking.ts';

/** Differing bits of two difference hashes up to which pictures count as the same. */
export const NEAR_BITS = 4;
/** Bits of a hash that must agree somewhere for two to be compared: 5 parts, of which one agrees when at most 4 bits differ. */
const PARTS = NEAR_BITS + 1;

function bitsOf(hash: bigint): number {
  let count = 0;
  for (let left = hash; left > 0n; left &= left - 1n) count += 1;
  return count;
}

/**
 * Pairs of pictures that are the same or nearly so: equal bytes, or difference hashes that differ in at most NEAR_BITS of 64 bits.
 * By the pigeonhole principle at least one of five parts of the two hashes is then equal: only those are compared.
 */
export function nearPairs(prints: readonly ImagePrint[]): { a: number; b: number; bits: number }[] {
  const hashes = prints.map(({ perceptualHash }) => (perceptualHash === '' ? null : BigInt(`0x${perceptualHash}`)));
  const pairs = new Map<string, { a: number; b: number; bits: number }>();
  for (let part = 0; part < PARTS; part++) {
    const [from, to] = [Math.floor((64 * part) / PARTS), Math.floor((64 * (part + 1)) / PARTS)];
    const buckets = new Map<bigint, number[]>();
    for (const [at, hash] of hashes.entries()) {
      // A picture of one grey has no edges: its hash says nothing.
      if (hash === null || hash === 0n) continue;
      const key = (hash >> BigInt(from)) & ((1n << BigInt(to - from)) - 1n);
      for (const other of buckets.get(key) ?? []) {
        const bits = bitsOf(hash ^ (hashes[other] ?? 0n));
        if (bits <= NEAR_BITS) pairs.set(`${other}/${at}`, { a: other, b: at, bits });
      }
      buckets.set(key, [...(buckets.get(key) ?? []), at]);
    }
  }
  return [...pairs.values()];
}

function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}

/** 1 for the same bytes; 0.95 for an equal hash, a tenth less for each bit that differs. */
function likeness(same: boolean, bits: number): number {
  return same ? 1 : 0.95 - bits / 10;
}

/** The same face twice: of pairs that are equally alike, first those in two splits (a leak), then those with two labels. */
export const duplicates: QueueKind = {
  name: 'duplicates',
  measure:
    'How alike two pictures are: 1 for the same bytes, 0.95 for an equal 64-bit difference hash, 0.1 less for each bit that differs. A pair in two splits, which leaks the test into the training, counts 0.02 more, one with two labels 0.01.',
  threshold: 0.9,
  rank: ({ store, dataset }) => {
    const prints = store.images.prints(dataset);
    const worst = new Map<number, Ranked>();
    for (const { a, b, bits } of nearPairs(prints)) {
      const [one, other] = [prints[a], prints[b]];
      if (one === undefined || other === undefined) continue;
      const leak = one.split !== other.split;
      const differ = one.label !== other.label;
      const same = one.contentHash === other.contentHash;
      const score = likeness(same, bits) + (leak ? 0.02 : 0) + (differ ? 0.01 : 0);
      const alike = same ? 'same bytes' : bits === 0 ? 'looks the same' : `nearly the same (${bits} of 64 bits differ)`;
      for (const [own, twin] of [
        [one, other],
        [other, one],
      ] as const) {
        if ((worst.get(own.image)?.score ?? -1) >= score) continue;
        const label = twin.label === null ? 'no label' : EXPRESSION_FACES[twin.label].title;
        const notes = [leak ? `in “${twin.split}”` : '', differ ? `labelled ${label}` : ''].filter(
          (text) => text !== '',
        );
        const reason = `${alike} as ${nameOf(twin.path)}${notes.length > 0 ? `, ${notes.join(', ')}` : ''}`;
        worst.set(own.image, { image: own.image, score, reason });
      }
    }
    return { images: [...worst.values()], caveat: null };
  },
};
