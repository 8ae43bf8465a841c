import type { SavedSlice } from '../../src-shared/domain/saved-slice.ts';
import { client } from '../api/client.ts';
import { call } from './call.ts';

/** Saved slices of the dataset that one looks at, kept fresh by events. */
class Slices {
  #list = $state.raw<readonly SavedSlice[]>([]);
  #of: number | null = null;

  constructor() {
    client.on('project.changed', () => this.#forget());
    client.on('slices.changed', ({ dataset }) => dataset === this.#of && void this.#load(dataset));
  }

  /** By name; empty while they are not known. */
  get list(): readonly SavedSlice[] {
    return this.#list;
  }

  /** Fetches those of a dataset, once. */
  know(dataset: number | null): void {
    if (dataset === this.#of) return;
    this.#forget();
    this.#of = dataset;
    if (dataset !== null) void this.#load(dataset);
  }

  async #load(dataset: number): Promise<void> {
    const found = await call('slices.list', { dataset });
    if (found !== null && this.#of === dataset) this.#list = found;
  }

  #forget(): void {
    this.#of = null;
    this.#list = [];
  }
}

export const slices = new Slices();
