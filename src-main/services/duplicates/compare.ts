import { FailureError } from '../../../src-shared/domain/failure.ts';
import { differenceHash } from '../images/inspect.ts';
import { mapInOrder } from '../images/parallel.ts';
import { readImageFile } from '../images/read.ts';
import type { Fingerprint, Store } from '../store/interface.ts';
import { ALIKE, correlate, stopWhenCancelled, type Watch } from './confirm.ts';
import { Groups, nearPairs } from './near.ts';

const PAGE = 5_000;
/** Pairs of like hashes whose pictures are looked at. */
const CANDIDATES = 200_000;
/** Comparing goes on for so long before others get a turn. */
const SLICE_MS = 20;
/** Files whose hash is made anew at a time. */
const AT_ONCE = 8;

/** Which images are compared. */
export interface Scope {
  readonly dataset: number;
  /** Differing bits of two difference hashes up to which pictures are compared; 0: equal bytes only. */
  readonly near: number;
  /** Only images of these splits; by default all. */
  readonly splits?: readonly string[] | undefined;
}

/** Images that are the same, or nearly; items are indices into the images compared. */
export interface SameSet {
  readonly items: readonly number[];
  readonly kind: 'exact' | 'near';
  /** It reaches over splits. */
  readonly across: boolean;
}

/** Two images with equal bytes (likeness 1) or like pictures (their correlation). */
export interface Twins {
  readonly one: number;
  readonly other: number;
  readonly likeness: number;
}

export interface Found {
  readonly images: readonly Fingerprint[];
  readonly sets: readonly SameSet[];
  /** What joins the sets: each equal image with the first of its kind, and each confirmed near pair. */
  readonly twins: readonly Twins[];
  /** False where there were more candidates than are looked at: some near pairs may be missing. */
  readonly complete: boolean;
}

/**
 * The one comparison that everything which asks for duplicates goes through: the usable images of a dataset, as they
 * stand now, with the sets of those that are the same.
 * @throws FailureError 'not-found' for an unknown dataset, 'cancelled'.
 */
export async function compareImages(store: Store, scope: Scope, watch?: Watch): Promise<Found> {
  const images = await fingerprintsOf(store, scope, watch);
  const exact = new Groups(images.length);
  const firstOf = new Map<string, number>();
  const twins: Twins[] = [];
  for (const [index, { content }] of images.entries()) {
    const first = firstOf.get(content);
    if (first === undefined) firstOf.set(content, index);
    else {
      exact.join(first, index);
      twins.push({ one: first, other: index, likeness: 1 });
    }
  }
  const near = scope.near === 0 ? { pairs: [], complete: true } : await nearTwins(store, images, exact, scope, watch);
  const alike = new Groups(images.length);
  for (const index of images.keys()) alike.join(exact.find(index), index);
  for (const { one, other } of near.pairs) alike.join(one, other);
  const sets = alike.sets().map((items) => ({
    items,
    kind: items.every((item) => exact.find(item) === exact.find(items[0] ?? 0))
      ? ('exact' as const)
      : ('near' as const),
    across: new Set(items.map((item) => images[item]?.split)).size > 1,
  }));
  return { images, sets, twins: [...twins, ...near.pairs], complete: near.complete };
}

async function fingerprintsOf(store: Store, { dataset, splits, near }: Scope, watch?: Watch): Promise<Fingerprint[]> {
  if (store.datasets.get(dataset) === null)
    throw new FailureError({
      kind: 'not-found',
      message: `There is no dataset ${dataset} in this project.`,
      remedy: 'Choose one from the list of datasets.',
    });
  const images: Fingerprint[] = [];
  for (let after = 0; ;) {
    const page = store.images.fingerprints(dataset, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.image;
    for (const one of page) if (splits === undefined || splits.includes(one.split)) images.push(one);
    stopWhenCancelled(watch);
    await new Promise(setImmediate);
  }
  return near === 0 ? images : hashedAnew(store, images);
}

/** A face that a person moved has no stored hash of what is in its box now: it is made here. */
async function hashedAnew(store: Store, images: Fingerprint[]): Promise<Fingerprint[]> {
  const moved = [...images.keys()].filter((index) => images[index]?.hash === '');
  const hash = async (index: number): Promise<{ index: number; hash: string }> => {
    const found = store.images.file(images[index]?.image ?? 0);
    if (found === null) return { index, hash: '' };
    const made = readImageFile(found.file).then((bytes) => differenceHash(bytes, found.box));
    return { index, hash: await made.catch(() => '') };
  };
  for await (const { index, hash: made } of mapInOrder(moved, AT_ONCE, hash)) {
    const before = images[index];
    if (before !== undefined) images[index] = { ...before, hash: made };
  }
  return images;
}

/** Pairs whose hashes are at most `near` bits apart and whose pictures then prove alike. */
async function nearTwins(
  store: Store,
  images: readonly Fingerprint[],
  exact: Groups,
  { near }: Scope,
  watch?: Watch,
): Promise<{ pairs: Twins[]; complete: boolean }> {
  const firsts = [...images.keys()].filter((index) => exact.find(index) === index && images[index]?.hash !== '');
  const hashOf = (from: number, to: number) =>
    Uint32Array.from(firsts, (index) => Number.parseInt(images[index]?.hash.slice(from, to) ?? '0', 16));
  const candidates = new Set<number>();
  let complete = true;
  const onPair = (one: number, other: number): void => {
    if (candidates.size < CANDIDATES) candidates.add(Math.min(one, other) * firsts.length + Math.max(one, other));
    else complete = false;
  };
  let since = performance.now();
  for (const share of nearPairs({ high: hashOf(0, 8), low: hashOf(8, 16) }, near, onPair)) {
    if (performance.now() - since < SLICE_MS) continue;
    watch?.progress(Math.floor(share * firsts.length), firsts.length, 'Comparing hashes');
    stopWhenCancelled(watch);
    await new Promise(setImmediate);
    since = performance.now();
  }
  // Neighbours in this order share a picture, which is then read once.
  const pairs = Float64Array.from(candidates).sort();
  const indices = Array.from(pairs, (pair): [number, number] => [
    firsts[Math.floor(pair / firsts.length)] ?? 0,
    firsts[pair % firsts.length] ?? 0,
  ]);
  const prints = indices.flatMap(([one, other]): [Fingerprint, Fingerprint][] => {
    const [a, b] = [images[one], images[other]];
    return a === undefined || b === undefined ? [] : [[a, b]];
  });
  const likeness = await correlate(store, prints, watch);
  return {
    complete,
    pairs: indices.flatMap(([one, other], at): Twins[] => {
      const found = likeness[at] ?? 0;
      return found < ALIKE ? [] : [{ one, other, likeness: found }];
    }),
  };
}
