/** Waiting for the world outside: a disk that is full, a folder that is gone for a while. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FailureError, toFailure } from '../../../../src-shared/domain/failure.ts';
import type { Failure } from '../../../../src-shared/domain/failure.ts';

export interface Patience {
  /** Seconds that were spent waiting so far. */
  readonly waitedSeconds: number;
  /**
   * Tries until it succeeds, as long as what fails is something to wait for.
   * @param failed what an earlier attempt threw; null for none yet.
   * @throws whatever else goes wrong; FailureError 'cancelled' after an abort.
   */
  until<T>(attempt: () => T | Promise<T>, failed: unknown, signal: AbortSignal): Promise<T>;
}

const AGAIN_MS = 2_000;

/**
 * @param roots folders that must be there for images to be read.
 * @param tell what is waited for, in a sentence, and null when it goes on.
 */
export function patience(
  roots: readonly string[],
  tell: (reason: string | null) => void,
  againMs = AGAIN_MS,
): Patience {
  const reasonToWait = (failure: Failure): string | null => {
    if (failure.kind === 'disk-full') return 'The disk is full: training goes on when there is room.';
    const gone = roots.find((root) => !existsSync(root));
    if (gone === undefined) return null;
    return `The folder ${gone} is gone: training goes on when it is back.`;
  };
  let waitedSeconds = 0;
  return {
    get waitedSeconds() {
      return waitedSeconds;
    },
    until: async (attempt, failed, signal) => {
      let cause = failed;
      let told: string | null = null;
      for (;;) {
        if (cause === null) {
          try {
            const value = await attempt();
            if (told !== null) tell(null);
            return value;
          } catch (thrown) {
            cause = thrown;
          }
        }
        const reason = reasonToWait(toFailure(cause));
        if (reason === null) throw cause;
        if (reason !== told) tell((told = reason));
        const since = performance.now();
        await sleep(againMs, undefined, { signal }).catch(() => {
          throw new FailureError({ kind: 'cancelled', message: 'Training was stopped while it waited.', remedy: '' });
        });
        waitedSeconds += (performance.now() - since) / 1000;
        cause = null;
      }
    },
  };
}
