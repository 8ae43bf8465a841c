/** The dock with the list of jobs. */
class Dock {
  #open = $state(false);

  get open(): boolean {
    return this.#open;
  }
  toggle(): void {
    this.#open = !this.#open;
  }
  close(): void {
    this.#open = false;
  }
}

export const dock = new Dock();
