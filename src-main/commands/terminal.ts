/** Where a command reads and writes. Standard output carries results only; everything on the way goes to standard error. */
export interface Terminal {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Standard error is a terminal whose last line can be rewritten. */
  readonly isInteractive: boolean;
  /** Columns of that terminal. */
  readonly columns: number;
  readonly cwd: string;
  /** Aborted by the first Ctrl+C or termination signal. */
  readonly interrupted: AbortSignal;
}
