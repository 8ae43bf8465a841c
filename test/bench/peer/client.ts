/** The PyTorch peer's process: one JSON command a line, one JSON answer a line. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Timed } from '../measure.ts';

export interface PeerWork {
  readonly work: 'forward' | 'step';
  readonly batch: number;
  readonly format?: 'contiguous' | 'channels_last';
  /** The processor by default. */
  readonly device?: 'cpu' | 'cuda';
}

export interface PyTorch {
  readonly version: string;
  /** Whether it can compute on an NVIDIA graphics card here. */
  readonly hasCuda: boolean;
  /** Largest differences from the golden values, by what was compared. */
  readonly errors: Readonly<Record<string, number>>;
  timed(work: PeerWork): Timed;
  /** Peak resident memory while the work is done, bytes, in a process that did nothing else. */
  peak(work: PeerWork): Promise<number>;
  /** Lets go of models and optimizers of finished rows. */
  forget(): Promise<void>;
  close(): void;
}

interface Channel {
  ask(command: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  close(): void;
}

/**
 * Starts Python and lets the peer prove, on the golden values, that it is POSTER-Var.
 * @throws Error with Python's own words where torch is missing or the numbers differ.
 */
export async function openPyTorch(python: string): Promise<PyTorch> {
  const channel = openChannel(python);
  const checked = await channel.ask({ do: 'check' });
  return {
    version: String(checked['version']),
    hasCuda: checked['cuda'] === true,
    errors: checked['errors'] as Record<string, number>,
    timed: (work) => async () => Number((await channel.ask({ do: 'time', ...work }))['seconds']),
    peak: async (work) => {
      const fresh = openChannel(python);
      try {
        return Number((await fresh.ask({ do: 'peak', ...work }))['bytes']);
      } finally {
        fresh.close();
      }
    },
    forget: async () => void (await channel.ask({ do: 'forget' })),
    close: () => channel.close(),
  };
}

function openChannel(python: string): Channel {
  const script = join(import.meta.dirname, 'serve.py');
  const child = spawn(python, [script, String(availableParallelism())], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // PyTorch as it comes: what this process was started with is ours.
    env: { ...process.env, GLIBC_TUNABLES: undefined },
  });
  const waiting: { resolve: (line: string) => void; reject: (cause: Error) => void }[] = [];
  let errors = '';
  const fail = (reason: string): void => waiting.splice(0).forEach(({ reject }) => reject(new Error(reason)));
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)));
  child.on('error', (cause) => fail(`${python} could not be started: ${cause.message}`));
  child.on('close', () => fail(`${python} ended: ${errors.trim().split('\n').at(-1) ?? ''}`));
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line));
  return {
    async ask(command) {
      const line = await new Promise<string>((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(command)}\n`);
      });
      const answer = JSON.parse(line) as Record<string, unknown>;
      if (typeof answer['error'] === 'string') throw new Error(answer['error']);
      return answer;
    },
    close: () => void child.stdin.end(),
  };
}
