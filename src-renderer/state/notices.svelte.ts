import type { Failure } from '../../src-shared/domain/failure.ts';

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
  /** The key that does the same, e.g. "Ctrl+Z". */
  readonly keys?: string;
}

export interface NoticeOptions {
  readonly text: string;
  readonly kind?: 'info' | 'done' | 'error';
  readonly action?: NoticeAction;
  /** What to do about an error. */
  readonly remedy?: string;
  /** Notices with the same topic replace each other. */
  readonly topic?: string;
}

export interface Notice extends NoticeOptions {
  readonly id: number;
  readonly kind: 'info' | 'done' | 'error';
}

const LIFETIME_MS = 8_000;
const MOST = 3;

/** What the application says in passing: short lines above the status bar, read aloud as they come. */
class Notices {
  #list = $state.raw<readonly Notice[]>([]);
  #spoken = $state('');
  #next = 1;

  get list(): readonly Notice[] {
    return this.#list;
  }

  /** Text of the polite live region. */
  get spoken(): string {
    return this.#spoken;
  }

  add(options: NoticeOptions): number {
    const notice: Notice = { ...options, kind: options.kind ?? 'info', id: this.#next++ };
    const others = this.#list.filter((one) => options.topic === undefined || one.topic !== options.topic);
    this.#list = [...others, notice].slice(-MOST);
    // Errors stay until they are read; an error is a live region of its own (role=alert).
    if (notice.kind !== 'error') {
      this.announce(notice.text);
      setTimeout(() => this.dismiss(notice.id), LIFETIME_MS);
    }
    return notice.id;
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((one) => one.id !== id);
  }

  dismissTopic(topic: string): void {
    this.#list = this.#list.filter((one) => one.topic !== topic);
  }

  /** Says something to a screen reader without showing it. */
  announce(text: string): void {
    // The same sentence twice must change the region's text to be read twice: a no-break space does that silently.
    this.#spoken = this.#spoken === text ? `${text}\u00a0` : text;
  }
}

export const notices = new Notices();

export function notify(options: NoticeOptions): number {
  return notices.add(options);
}

/** Shows a failure with its remedy; `retry` adds a button that tries again. */
export function notifyFailure(failure: Failure, retry?: () => void): void {
  notify({
    text: failure.message,
    kind: 'error',
    remedy: failure.remedy,
    topic: failure.message,
    action: retry === undefined ? undefined : { label: 'Retry', run: retry },
  });
}
