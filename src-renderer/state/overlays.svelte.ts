type Overlay = 'keys' | 'palette';

/** Which of the application's own dialogs is open. */
class Overlays {
  #open = $state<Overlay | null>(null);

  get open(): Overlay | null {
    return this.#open;
  }
  show(overlay: Overlay): void {
    this.#open = overlay;
  }
  close(): void {
    this.#open = null;
  }
}

export const overlays = new Overlays();
