/** One act of the log as far as undo is concerned. */
export interface Act {
  readonly id: number;
  readonly action: 'apply' | 'undo' | 'redo';
  /** The act that an undo takes back or a redo repeats. */
  readonly target: number | null;
}

/**
 * What can be undone and redone, derived from the log alone: an act goes onto the undo stack, an undo moves it to the redo stack,
 * a redo moves it back, and a new act empties the redo stack. Because the log is stored, so is this.
 */
export class UndoStack {
  readonly #done: number[] = [];
  #undone: number[] = [];

  constructor(log: Iterable<Act>) {
    for (const act of log) this.add(act);
  }

  add(act: Act): void {
    if (act.action === 'apply' || act.target === null) {
      this.#done.push(act.id);
      this.#undone = [];
      return;
    }
    const [from, to] = act.action === 'undo' ? [this.#done, this.#undone] : [this.#undone, this.#done];
    // A dataset's removal may have taken the act that this one belongs to out of the log.
    const at = from.lastIndexOf(act.target);
    if (at < 0) return;
    from.splice(at, 1);
    to.push(act.target);
  }

  /** The act that undo would take back, or null. */
  get undo(): number | null {
    return this.#done.at(-1) ?? null;
  }

  /** The act that redo would repeat, or null. */
  get redo(): number | null {
    return this.#undone.at(-1) ?? null;
  }
}
