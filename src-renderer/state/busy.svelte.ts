const DELAY_MS = 150;

/** Work that a person waits for. The bar shows only when it lasts, so that quick answers never flicker. */
class Busy {
  #running = 0;
  #visible = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  get visible(): boolean {
    return this.#visible;
  }

  async track<T>(work: Promise<T>): Promise<T> {
    this.#running += 1;
    if (this.#running === 1) this.#timer = setTimeout(() => (this.#visible = true), DELAY_MS);
    try {
      return await work;
    } finally {
      this.#running -= 1;
      if (this.#running === 0) {
        clearTimeout(this.#timer);
        this.#visible = false;
      }
    }
  }
}

export const busy = new Busy();
