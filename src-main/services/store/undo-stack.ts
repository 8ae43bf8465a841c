/** One act of the log as far as undo is concerned. */
export interface Act {
  readonly id: number;
  readonly action: 'apply' | 'undo' | 'redo';
  /** The act that an undo takes back or a redo repeats. */
  readonly target: number | null;
  /** Whose act it is: what somebody did is theirs to undo. */
  readonly annotator: number;
}

interface Stacks {
  readonly done: number[];
  undone: number[];
}

/**
 * What each annotator can undo and redo, derived from the log alone: an act goes onto the undo stack of whoever did it, an undo moves
 * it to the redo stack, a redo moves it back, and a new act empties the redo stack. Because the log is stored, so is this.
 */
export class UndoStack {
  readonly #stacks = new Map<number, Stacks>();
  readonly #owners = new Map<number, number>();

  constructor(log: Iterable<Act>) {
    for (const act of log) this.add(act);
  }

  add({ id, action, target, annotator }: Act): void {
    if (action === 'apply' || target === null) {
      const own = this.#of(annotator);
      own.done.push(id);
      own.undone = [];
      this.#owners.set(id, annotator);
      return;
    }
    // A dataset's removal may have taken the act that this one belongs to out of the log.
    const owner = this.#owners.get(target);
    if (owner === undefined) return;
    const { done, undone } = this.#of(owner);
    const [from, to] = action === 'undo' ? [done, undone] : [undone, done];
    const at = from.lastIndexOf(target);
    if (at < 0) return;
    from.splice(at, 1);
    to.push(target);
  }

  /** The act that undo would take back, or null. */
  undo(annotator: number): number | null {
    return this.#of(annotator).done.at(-1) ?? null;
  }

  /** The act that redo would repeat, or null. */
  redo(annotator: number): number | null {
    return this.#of(annotator).undone.at(-1) ?? null;
  }

  #of(annotator: number): Stacks {
    const known = this.#stacks.get(annotator);
    if (known !== undefined) return known;
    const fresh: Stacks = { done: [], undone: [] };
    this.#stacks.set(annotator, fresh);
    return fresh;
  }
}
