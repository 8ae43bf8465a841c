/** How many images the filter leaves and how many are selected; told by the gallery, shown in the context bar. */
class Counts {
  #hits = $state<number | null>(null);
  #selected = $state(0);

  /** Null while no view counts. */
  get hits(): number | null {
    return this.#hits;
  }
  get selected(): number {
    return this.#selected;
  }

  tell(hits: number | null, selected: number): void {
    this.#hits = hits;
    this.#selected = selected;
  }
}

export const counts = new Counts();
