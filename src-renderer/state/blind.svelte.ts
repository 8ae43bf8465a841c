/** Blind mode: what the model, the dataset and others say stays hidden until one's own judgement. Null: the queue's own default. */
class Blind {
  #choice = $state<boolean | null>(null);
  #hides = $state(false);

  get choice(): boolean | null {
    return this.#choice;
  }
  /** A person chose to be blind: then nothing outside of triage tells either. */
  get everywhere(): boolean {
    return this.#choice === true;
  }
  set(on: boolean | null): void {
    this.#choice = on;
  }

  /** Something is hidden now: the context bar must not tell it either. */
  get hides(): boolean {
    return this.#hides;
  }
  tell(hides: boolean): void {
    this.#hides = hides;
  }
}

export const blind = new Blind();
