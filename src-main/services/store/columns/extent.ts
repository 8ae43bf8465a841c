/** Which places of a dataset's range of ids hold an image. A place is an id less the first one. */
export interface Extent {
  /** The id at place 0. */
  readonly first: number;
  /** Places: ids of the range, also those of other datasets that were imported meanwhile. */
  readonly size: number;
  /** 1 where there is an image of this dataset. */
  readonly present: Uint8Array;
  /** Images. */
  readonly count: number;
}

/** @param ids of the dataset's images, ascending. */
export function extentOf(ids: readonly number[]): Extent {
  const first = ids[0] ?? 0;
  const size = ids.length === 0 ? 0 : (ids.at(-1) ?? 0) - first + 1;
  const present = new Uint8Array(size);
  for (const id of ids) present[id - first] = 1;
  return { first, size, present, count: ids.length };
}

/** How many places are in. */
export function countIn(mask: Uint8Array): number {
  let count = 0;
  for (let place = 0; place < mask.length; place++) count += mask[place] ?? 0;
  return count;
}
