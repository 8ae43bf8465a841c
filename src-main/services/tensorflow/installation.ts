/** An installation under way: its folder, how it tells where it is, and npm for it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './command.ts';

/** Percent done, what the running part reaches, and what it is. */
export type Phase = (done: number, until: number, text: string) => void;

export interface Installation {
  /** Beside the final folder, and moved there as the last thing. */
  readonly folder: string;
  readonly phase: Phase;
  readonly signal: AbortSignal;
  readonly npm: (args: readonly string[]) => Promise<void>;
}

export function beginIn(folder: string, phase: Phase, signal: AbortSignal): Installation {
  // npm runs install scripts only of packages that are named here.
  const allowScripts = { '@tensorflow/tfjs-node': true, '@tensorflow/tfjs-node-gpu': true };
  const manifest = { name: 'poster-var-tensorflow', private: true, allowScripts };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return {
    folder,
    phase,
    signal,
    npm: async (args) => {
      const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
      await runProgram('npm', ['install', ...quiet, ...args], { cwd: folder, signal });
    },
  };
}
