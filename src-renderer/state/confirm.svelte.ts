export interface Question {
  readonly title: string;
  readonly text: string;
  /** The button that does it, e.g. "Delete run". */
  readonly action: string;
  /** The button that does nothing, where "Cancel" could be misread. */
  readonly dismiss?: string;
  readonly danger?: boolean;
}

/** One question at a time, asked before something that cannot be taken back. */
class Confirm {
  #question = $state.raw<Question | null>(null);
  #answer: (yes: boolean) => void = () => undefined;

  get question(): Question | null {
    return this.#question;
  }

  ask(question: Question): Promise<boolean> {
    this.#answer(false);
    this.#question = question;
    return new Promise((resolve) => (this.#answer = resolve));
  }

  answer(yes: boolean): void {
    this.#question = null;
    this.#answer(yes);
  }
}

export const confirmation = new Confirm();

/** Resolves to true when the person agrees. */
export function confirm(question: Question): Promise<boolean> {
  return confirmation.ask(question);
}
