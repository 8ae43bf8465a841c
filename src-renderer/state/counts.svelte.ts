/** How many images the filter leaves and how many are selected; told by the gallery, shown in the context bar. */
class Counts {
  #dataset = $state<number | null>(null);
  #hits = $state<number | null>(null);
  #selected = $state(0);

  /** Of this dataset; null while no view counts it. */
  hits(dataset: number): number | null {
    return dataset === this.#dataset ? this.#hits : null;
  }
  get selected(): number {
    return this.#selected;
  }

  tell(dataset: number | null, hits: number | null, selected: number): void {
    this.#dataset = dataset;
    this.#hits = hits;
    this.#selected = selected;
  }
}

export const counts = new Counts();
