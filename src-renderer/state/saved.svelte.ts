/** When the last label was stored; for the status bar. */
class Saved {
  #at = $state<string | null>(null);

  get at(): string | null {
    return this.#at;
  }
  now(): void {
    this.#at = new Date().toISOString();
  }
}

export const saved = new Saved();
