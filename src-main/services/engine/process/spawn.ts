/** The services' end of the channel: starting an engine process and talking to it. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromEngine, ToEngine } from './protocol.ts';

/** A started engine process, however it was started. */
export interface EngineProcess {
  readonly pid: number | undefined;
  post(message: ToEngine): void;
  onMessage(listener: (message: FromEngine) => void): void;
  /** Called once, however the process ended; `how` says it in words: "signal SIGKILL", "exit code 1". */
  onExit(listener: (how: string) => void): void;
  kill(): void;
}

/** `engine` computes; `reader` reads one file from elsewhere and is ended afterwards. */
export type EngineProgram = 'engine' | 'reader';

/** @param environment variables that the process gets beside those of this one. */
export type SpawnEngine = (program: EngineProgram, environment?: Readonly<Record<string, string>>) => EngineProcess;

const ENTRIES: Readonly<Record<EngineProgram, string>> = { engine: './main.ts', reader: './reader.ts' };

/** Arguments of Node: what a hostile file could make the reader hold is bounded from outside as well. */
export const NODE_ARGUMENTS: Readonly<Record<EngineProgram, readonly string[]>> = {
  engine: [],
  reader: ['--max-old-space-size=192'],
};

/** The end of what a process wrote to its error stream: where a crash leaves its reason. */
const KEPT_CHARACTERS = 2_000;

/** File of a program, from source. */
function sourceOf(program: EngineProgram): string {
  return fileURLToPath(new URL(ENTRIES[program], import.meta.url));
}

/** Starts a program as a child of this Node process, from source unless another entry is named. Electron brings a spawner of its own. */
export function forkEngine(
  program: EngineProgram = 'engine',
  environment: Readonly<Record<string, string>> = {},
  entry = sourceOf(program),
): EngineProcess {
  const child = fork(entry, [], {
    serialization: 'advanced',
    // Standard output belongs to the command line's JSON: nothing of the engine may appear on it.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [...NODE_ARGUMENTS[program]],
    env: { ...process.env, ...environment },
  });
  let errors = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (text: string) => (errors = (errors + text).slice(-KEPT_CHARACTERS)));
  return {
    pid: child.pid,
    // A process that just died can no longer be written to; its exit tells the story.
    post: (message) => child.send(message, () => undefined),
    onMessage: (listener) => child.on('message', (message) => listener(message as FromEngine)),
    onExit: (listener) => {
      let told = false;
      const tell = (how: string): void => {
        if (told) return;
        told = true;
        listener(how);
      };
      child.on('error', (cause) => tell(cause.message));
      // "close" comes after the last of the error stream.
      child.on('close', (code, signal) => {
        const last = errors.trim().split('\n').at(-1);
        const how = signal ? `signal ${signal}` : `exit code ${code}`;
        tell(last && !signal ? `${how}: ${last}` : how);
      });
    },
    kill: () => child.kill('SIGKILL'),
  };
}
