import type { Job } from '../../src-shared/domain/job.ts';
import type { Terminal } from './terminal.ts';
import { count, duration } from './text.ts';

/** Between two lines where the last one cannot be rewritten. */
const LINE_EVERY_MS = 5_000;
const REWRITE_EVERY_MS = 100;
const CLEAR_LINE = '\r\u001b[2K';

/** What is known of work under way; a job has all of it. */
export type Work = Pick<Job, 'title' | 'done' | 'total' | 'unit' | 'rate' | 'etaSeconds' | 'text'>;

/** "Import faces  812/1,230 images  143.0/s  ETA 0:03  sad/12.jpg". */
export function progressLine({ title, done, total, unit, rate, etaSeconds, text }: Work): string {
  const parts = [title];
  if (total > 0) parts.push(`${count(done)}/${count(total)} ${unit}`);
  else if (done > 0) parts.push(`${count(done)} ${unit}`);
  if (rate !== null) parts.push(`${rate.toFixed(rate < 10 ? 2 : 0)}/s`);
  if (etaSeconds !== null) parts.push(`ETA ${duration(etaSeconds)}`);
  if (text !== '') parts.push(text);
  return parts.join('  ');
}

/** Progress on standard error: one line rewritten in a terminal, a line every few seconds elsewhere. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  #shownAt = -Infinity;
  #open = false;

  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  show(work: Work): void {
    const { isInteractive, columns } = this.#terminal;
    const every = isInteractive ? REWRITE_EVERY_MS : LINE_EVERY_MS;
    if (this.#now() - this.#shownAt < every) return;
    this.#shownAt = this.#now();
    const line = progressLine(work);
    if (!isInteractive) return this.#terminal.stderr(`${line}\n`);
    this.#open = true;
    this.#terminal.stderr(`${CLEAR_LINE}${line.slice(0, Math.max(20, columns - 1))}`);
  }

  /** A line that stays, above the one that is rewritten. */
  note(line: string): void {
    this.clear();
    this.#terminal.stderr(`${line}\n`);
  }

  /** Takes the rewritten line away. */
  clear(): void {
    if (this.#open) this.#terminal.stderr(CLEAR_LINE);
    this.#open = false;
    this.#shownAt = -Infinity;
  }
}
