import type { ImageDetail } from '../../../src-shared/domain/image.ts';
import type { Failure } from '../../../src-shared/domain/failure.ts';
import { client } from '../../api/client.ts';

/** While the focus runs along the tiles, only where it rests is fetched. */
const REST_MS = 50;

/** All that is known of one image; the last one stays until the next has come. */
class Inspected {
  #detail = $state.raw<ImageDetail | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #noteAsked = $state(0);
  #image: number | null = null;
  #run: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    client.on('labels.changed', ({ images }) => {
      if (this.#image !== null && (images === null || images.includes(this.#image))) this.refresh();
    });
    client.on('predictions.changed', () => this.refresh());
  }

  get detail(): ImageDetail | null {
    return this.#detail;
  }
  get failure(): Failure | null {
    return this.#failure;
  }
  /** Rises when the note's field should take the focus. */
  get noteAsked(): number {
    return this.#noteAsked;
  }

  writeNote(): void {
    this.#noteAsked += 1;
  }

  follow(image: number | null, run: number | null): void {
    if (image === this.#image && run === this.#run) return;
    this.#image = image;
    this.#run = run;
    clearTimeout(this.#timer);
    if (image === null) this.#detail = null;
    // The first image comes at once; only a moving focus waits.
    else this.#timer = setTimeout(() => void this.#fetch(), this.#detail === null ? 0 : REST_MS);
  }

  refresh(): void {
    if (this.#image !== null) void this.#fetch();
  }

  async #fetch(): Promise<void> {
    const [image, run] = [this.#image, this.#run];
    if (image === null) return;
    const result = await client.call('images.get', { image, run });
    if (image !== this.#image || run !== this.#run) return;
    this.#failure = result.ok ? null : result.error;
    if (result.ok) this.#detail = result.value;
    // Another image's numbers must not stand beside this one.
    else if (this.#detail?.row.id !== image) this.#detail = null;
  }
}

export const inspected = new Inspected();
