import type { Terminal } from '../../../src-main/commands/terminal.ts';

/** A terminal that remembers what was written to it. */
export class FakeTerminal implements Terminal {
  out = '';
  err = '';
  readonly isInteractive: boolean;
  readonly columns = 60;
  readonly cwd: string;
  readonly #controller = new AbortController();

  constructor({ isInteractive = false, cwd = '/home/ada' }: { isInteractive?: boolean; cwd?: string } = {}) {
    this.isInteractive = isInteractive;
    this.cwd = cwd;
  }

  get interrupted(): AbortSignal {
    return this.#controller.signal;
  }

  interrupt(): void {
    this.#controller.abort();
  }

  stdout(text: string): void {
    this.out += text;
  }

  stderr(text: string): void {
    this.err += text;
  }
}
