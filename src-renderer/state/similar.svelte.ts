import type { Failure } from '../../src-shared/domain/failure.ts';
import type { SimilarImages } from '../../src-shared/domain/similar.ts';
import { client } from '../api/client.ts';
import { call } from './call.ts';

const REST_MS = 150;
/** A strip of two rows in the narrowest inspector. */
const WANTED = 12;

/** The images nearest to the one that is looked at, in the feature space of a run. */
class Similar {
  #found = $state.raw<{ readonly key: string; readonly value: SimilarImages } | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #key = $state('');
  #asked: { readonly image: number; readonly run: number } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    client.on('job.changed', ({ job }) => {
      if (job.kind === 'features' && job.status !== 'queued' && job.status !== 'running') this.#again();
    });
    client.on('labels.changed', () => this.#again());
  }

  /** Of the image that is asked for, once it is here. */
  get found(): SimilarImages | null {
    return this.#found?.key === this.#key ? this.#found.value : null;
  }
  get failure(): Failure | null {
    return this.#failure;
  }

  /** Nothing is searched until the focus has rested there. Null: nothing is asked for. */
  follow(image: number | null, run: number | null): void {
    const key = image === null || run === null ? '' : `${run}/${image}`;
    if (key === this.#key) return;
    this.#key = key;
    this.#failure = null;
    this.#asked = image === null || run === null ? null : { image, run };
    clearTimeout(this.#timer);
    if (this.#asked !== null) this.#timer = setTimeout(() => void this.#fetch(), REST_MS);
  }

  /** Queues the features that are missing. */
  async compute(run: number, dataset: number): Promise<void> {
    await call('runs.features', { run, dataset });
  }

  #again(): void {
    clearTimeout(this.#timer);
    if (this.#asked !== null) this.#timer = setTimeout(() => void this.#fetch(), REST_MS);
  }

  async #fetch(): Promise<void> {
    const [asked, key] = [this.#asked, this.#key];
    if (asked === null) return;
    const result = await client.call('images.similar', { ...asked, limit: WANTED });
    if (key !== this.#key) return;
    this.#failure = result.ok ? null : result.error;
    if (result.ok) this.#found = { key, value: result.value };
  }
}

export const similar = new Similar();
