import type { Version } from '../../src-shared/domain/version.ts';
import { client } from '../api/client.ts';
import { call } from './call.ts';

/** Labelling asks anew after a pause: counting what differs is not for every key. */
const PAUSE_MS = 1_000;

/** Versions of the datasets that views look at, kept fresh by events. */
class Versions {
  #lists = $state.raw<ReadonlyMap<number, readonly Version[]>>(new Map());
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    client.on('project.changed', () => (this.#lists = new Map()));
    client.on('versions.changed', ({ dataset }) => void this.#load(dataset));
    client.on('labels.changed', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#refresh(), PAUSE_MS);
    });
  }

  /** The newest first; empty while they are not known. */
  list(dataset: number | null): readonly Version[] {
    return this.#lists.get(dataset ?? -1) ?? [];
  }

  /** The version that the present labels are, or the newest, which they came from. */
  current(dataset: number | null): Version | null {
    const list = this.list(dataset);
    return list.find(({ changedSince }) => changedSince === 0) ?? list[0] ?? null;
  }

  /** Fetches the versions of a dataset, once. */
  know(dataset: number | null): void {
    if (dataset !== null && !this.#lists.has(dataset)) void this.#load(dataset);
  }

  #refresh(): void {
    for (const [dataset, list] of this.#lists) if (list.length > 0) void this.#load(dataset);
  }

  async #load(dataset: number): Promise<void> {
    const found = await call('versions.list', { dataset });
    if (found !== null) this.#lists = new Map([...this.#lists, [dataset, found]]);
  }
}

export const versions = new Versions();
