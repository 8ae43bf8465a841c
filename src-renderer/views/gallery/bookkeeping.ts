/** What a window on a snapshot must remember but nothing on screen depends on: plain collections, not reactive ones. */
export class Bookkeeping {
  /** Position of each image whose row is here. */
  readonly positions = new Map<number, number>();
  /** Pages on their way. */
  readonly loading = new Set<number>();
  /** Images whose rows are to be fetched again. */
  readonly stale = new Set<number>();
}
