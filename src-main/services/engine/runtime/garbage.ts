/** Garbage that V8 is in no hurry about: it looks at its own heap, which is small, and not at the arrays that hang on it. */
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collector: (() => void) | null = null;

/** Frees what nothing refers to any more; some 10 ms. The memory itself goes a moment later, beside the program. */
export function collect(): void {
  if (collector === null) {
    setFlagsFromString('--expose-gc');
    const found = runInNewContext('gc') as (() => void) | undefined;
    collector = found ?? (() => undefined);
  }
  collector();
}

/**
 * The same, and what an asynchronous caller only lets go a turn later. For moments after which memory is short: opening a `paper`
 * training leaves 350 MB (what was read from a file, packed, split), which would otherwise lie there all through it.
 */
export async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    collect();
    await setTimeout(1);
  }
}
