import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './paths.ts';

/** A web host in a process of its own, over an application home of its own. */
export class Host {
  readonly home: string;
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(home: string, url: string, child: ChildProcess) {
    this.home = home;
    this.url = url;
    this.#child = child;
  }

  /** Starts `serve` with these arguments and resolves once it has printed its address. */
  static start(home: string, args: readonly string[]): Promise<Host> {
    const child = spawn(
      process.execPath,
      [join(root, 'src-main', 'cli.ts'), 'serve', '--port', '0', '--no-open', ...args],
      { cwd: root, env: { ...process.env, POSTER_VAR_HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    return new Promise((resolve, reject) => {
      let output = '';
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        const url = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(output)?.[0];
        if (url !== undefined) resolve(new Host(home, url, child));
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`serve ended with ${code}:\n${output}`)));
    });
  }

  /** Ends its engine processes (kill -9), as the system does where memory is short; it itself stays. */
  killEngine(): void {
    const children = readFileSync(`/proc/${this.#child.pid}/task/${this.#child.pid}/children`, 'utf8')
      .trim()
      .split(' ');
    const engines = children.filter((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('engine/process/main'),
    );
    if (engines.length === 0) throw new Error('The host has no engine process.');
    for (const pid of engines) process.kill(Number(pid), 'SIGKILL');
  }

  /** Ends it as a user's Ctrl+C would, or with the signal given, and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    await ended;
  }
}

/** A copy of the prepared home (the sample, generated and predicted once by the global set-up). */
export function copyHome(prepared: string): string {
  const home = mkdtempSync(join(tmpdir(), 'poster-var-home-'));
  cpSync(prepared, home, { recursive: true });
  return home;
}

export function removeHome(home: string): void {
  rmSync(home, { recursive: true, force: true });
}
