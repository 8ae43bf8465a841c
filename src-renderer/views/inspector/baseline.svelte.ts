import type { Prediction } from '../../../src-shared/domain/image.ts';
import { client } from '../../api/client.ts';

/** What the baseline run predicted for the image that is looked at; nothing is computed for it. */
class Baseline {
  #found = $state.raw<{ readonly key: string; readonly prediction: Prediction | null } | null>(null);
  #key = $state('');

  constructor() {
    client.on('predictions.changed', () => {
      this.#key = '';
      this.#found = null;
    });
  }

  get prediction(): Prediction | null {
    return this.#found?.key === this.#key ? this.#found.prediction : null;
  }

  async follow(image: number | null, run: number | null): Promise<void> {
    const key = image === null || run === null ? '' : `${run}/${image}`;
    if (key === this.#key) return;
    this.#key = key;
    if (image === null || run === null) return;
    const result = await client.call('images.get', { image, run });
    if (result.ok && this.#key === key) this.#found = { key, prediction: result.value.prediction };
  }
}

export const baseline = new Baseline();
