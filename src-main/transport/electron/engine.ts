/** The engine in Electron's utility process: RunAsNode stays off in packaged builds, so `fork` cannot be used there. */
import type { EngineProcess, EngineProgram, SpawnEngine } from '../../services/engine/client.ts';
import { NODE_ARGUMENTS } from '../../services/engine/client.ts';

/** The parts of Electron's UtilityProcess that are used here. */
export interface UtilityChild {
  readonly pid?: number | undefined;
  readonly stderr: NodeJS.ReadableStream | null;
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'exit', listener: (code: number) => void): unknown;
  kill(): boolean;
}

export type ForkUtility = (
  entry: string,
  args: string[],
  options: {
    serviceName: string;
    stdio: ['ignore', 'ignore', 'pipe'];
    execArgv: string[];
    env: NodeJS.ProcessEnv;
  },
) => UtilityChild;

/** The end of what a process wrote to its error stream: where a crash leaves its reason. */
const KEPT_CHARACTERS = 2_000;

/** @param entries bundled file of each program. */
export function createUtilityEngine(fork: ForkUtility, entries: Readonly<Record<EngineProgram, string>>): SpawnEngine {
  return (program, environment = {}): EngineProcess => {
    const child = fork(entries[program], [], {
      serviceName: `POSTER-Var ${program}`,
      stdio: ['ignore', 'ignore', 'pipe'],
      execArgv: [...NODE_ARGUMENTS[program]],
      env: { ...process.env, ...environment },
    });
    let errors = '';
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text: string) => (errors = (errors + text).slice(-KEPT_CHARACTERS)));
    return {
      get pid() {
        return child.pid;
      },
      post: (message) => child.postMessage(message),
      onMessage: (listener) => child.on('message', (message) => listener(message as Parameters<typeof listener>[0])),
      onExit: (listener) => {
        child.once('exit', (code) => {
          const last = errors.trim().split('\n').at(-1);
          listener(last ? `exit code ${code}: ${last}` : `exit code ${code}`);
        });
      },
      kill: () => void child.kill(),
    };
  };
}
