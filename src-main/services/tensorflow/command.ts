/** Other people's programs, run to their end: found, followed, cancelled. */
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { FailureError } from '../../../src-shared/domain/failure.ts';

/** Whether a program of this name lies on PATH. */
export function isOnPath(program: string, path = process.env['PATH'] ?? ''): boolean {
  const names = process.platform === 'win32' ? [`${program}.cmd`, `${program}.exe`] : [program];
  return path.split(delimiter).some((folder) => names.some((name) => isProgram(join(folder, name))));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

export interface RunOptions {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each line of the output. */
  readonly onLine?: (line: string) => void;
}

/** The end of what a program says is kept: its reason to fail stands there. */
const KEPT_LINES = 12;

/**
 * Runs a program to its end and resolves to what it printed.
 * @throws FailureError 'cancelled' after an abort, which ends the program and all that it started; 'unavailable' where it fails,
 * with the last thing it said.
 */
export function runProgram(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { cwd, signal, env = {}, onLine = () => undefined } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled());
    const windows = process.platform === 'win32';
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: pip, npm and compilers start children, which have to end with them.
      detached: !windows,
      shell: windows,
      windowsHide: true,
    });
    const stop = (): void => {
      if (windows || child.pid === undefined) child.kill();
      else endGroup(child.pid);
    };
    signal.addEventListener('abort', stop, { once: true });
    const said: string[] = [];
    let output = '';
    const follow = (stream: NodeJS.ReadableStream, keep: boolean): void => {
      let rest = '';
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        if (keep) output += text;
        const lines = (rest + text).split(/\r?\n|\r/);
        rest = lines.pop() ?? '';
        for (const line of lines.filter((one) => one.trim() !== '')) {
          said.push(line.trim());
          if (said.length > KEPT_LINES) said.shift();
          onLine(line);
        }
      });
    };
    follow(child.stdout, true);
    follow(child.stderr, false);
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', stop);
      settle();
    };
    child.on('error', (cause) => end(() => reject(failed(program, cause.message))));
    child.on('close', (code) =>
      end(() => {
        if (signal.aborted) reject(cancelled());
        else if (code === 0) resolve(output);
        else reject(failed(program, reasonIn(said) ?? `it ended with ${code ?? 'a signal'}`));
      }),
    );
  });
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGTERM');
  } catch {
    // It ended by itself meanwhile.
  }
}

/** The line that says why: compilers and package managers mark it, and repeat themselves afterwards. */
function reasonIn(lines: readonly string[]): string | undefined {
  return (
    lines.find((line) => /\berror\b/i.test(line) && !/^npm error (code|errno|A complete log)/.test(line)) ??
    lines.at(-1)
  );
}

export function cancelled(): FailureError {
  return new FailureError({ kind: 'cancelled', message: 'The installation was cancelled.', remedy: '' });
}

function failed(program: string, reason: string): FailureError {
  return new FailureError({
    kind: 'unavailable',
    message: `${program} failed: ${reason.replace(/\.$/, '').slice(0, 300)}.`,
    remedy: 'Check the connection and the free space on the disk, then install again: it begins anew.',
  });
}
