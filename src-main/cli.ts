/** The command line's entry: this process as a terminal, and an exit code. */
import { readFileSync } from 'node:fs';
import { runCommandLine } from './commands/program.ts';
import type { Terminal } from './commands/terminal.ts';
import { applicationHome } from './home.ts';

const interrupt = new AbortController();
let asked = 0;

/** The first Ctrl+C ends the command in order, a second one at once. */
function onSignal(signal: NodeJS.Signals): void {
  if (++asked > 1) process.exit(signal === 'SIGTERM' ? 143 : 130);
  interrupt.abort();
}
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);

// `poster-var … | head`: a reader that has gone is no defect.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const terminal: Terminal = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  isInteractive: process.stderr.isTTY,
  columns: process.stderr.columns || 80,
  cwd: process.cwd(),
  interrupted: interrupt.signal,
};

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal,
  version,
  home: applicationHome(),
  compose: async (options) => (await import('./compose.ts')).composeServices(options),
});
