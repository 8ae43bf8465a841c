import { client } from '../../api/client.ts';
import { containing, lockedRange, type Range, type VichData } from '../../../src-shared/plots/vich.ts';

const SAMPLES = 32;

/**
 * One axis for all VICH plots of a run on a dataset, measured on images spread evenly over its sigma. An image that lies outside
 * widens the axis for the rest of the session.
 */
class LockedRanges {
  #ranges = $state.raw<ReadonlyMap<string, Range>>(new Map());
  readonly #asked = new Set<string>();

  of(dataset: number, run: number): Range | null {
    return this.#ranges.get(`${dataset}/${run}`) ?? null;
  }

  /** Keeps this prediction's peaks within the axis. */
  include(dataset: number, run: number, data: VichData): void {
    const known = this.of(dataset, run);
    if (known === null) return;
    const wider = containing(known, data);
    if (wider[0] !== known[0] || wider[1] !== known[1]) this.#set(`${dataset}/${run}`, wider);
  }

  /** Measures the axis once. */
  async measure(dataset: number, run: number): Promise<void> {
    const key = `${dataset}/${run}`;
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    const opened = await client.call('images.open', { dataset, run, q: '-pred:none', sort: 'sigma', descending: true });
    if (!opened.ok || opened.value.total === 0) {
      // Nothing to measure yet: asked again with the next image.
      this.#asked.delete(key);
      return;
    }
    const { snapshot, total } = opened.value;
    const offsets = Array.from({ length: Math.min(SAMPLES, total) }, (_, i) =>
      Math.floor((i * total) / Math.min(SAMPLES, total)),
    );
    const found = await Promise.all(
      offsets.map(async (offset): Promise<VichData[]> => {
        const page = await client.call('images.page', { snapshot, offset, limit: 1 });
        const image = page.ok ? page.value[0]?.id : undefined;
        if (image === undefined) return [];
        const detail = await client.call('images.get', { image, run });
        return detail.ok && detail.value.prediction !== null ? [detail.value.prediction] : [];
      }),
    );
    const range = lockedRange(found.flat());
    if (range !== null) this.#set(key, range);
  }

  #set(key: string, range: Range): void {
    this.#ranges = new Map([...this.#ranges, [key, range]]);
  }
}

export const lockedRanges = new LockedRanges();
