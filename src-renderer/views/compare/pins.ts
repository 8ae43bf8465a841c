/** Which runs are compared: the baseline and up to six others, as they stand in the address. Pure. */
import type { Run } from '../../../src-shared/domain/run.ts';

export const MOST_PINS = 6;

export interface Pins {
  readonly baseline: Run | null;
  /** Compared with the baseline, in the order in which they were pinned. */
  readonly runs: readonly Run[];
}

/** Letters belong to pins: A is the baseline. */
export function letterOf(index: number): string {
  return String.fromCharCode(65 + index);
}

/**
 * @param base id of the baseline in the address; the oldest run with predictions where there is none.
 * @param pinned ids separated by commas; the newest other run with predictions where there are none.
 */
export function pinsOf(runs: readonly Run[], base: number | null, pinned: string | null): Pins {
  const able = runs.filter((run) => run.predictions > 0).toSorted((a, b) => a.id - b.id);
  const baseline = able.find((run) => run.id === base) ?? able[0] ?? null;
  const others = able.filter((run) => run !== baseline);
  if (pinned === null) return { baseline, runs: others.slice(-1) };
  const ids = pinned.split(',').map(Number);
  const named = [...new Set(ids)].flatMap((id) => others.find((run) => run.id === id) ?? []);
  return { baseline, runs: named.slice(0, MOST_PINS) };
}
