import type { Run } from '../../src-shared/domain/run.ts';

/**
 * The run that another one is read against: the address's, else the newest one without VICH, which is what the paper calls the
 * baseline, else the oldest other. Only runs with a checkpoint; null where there is no other.
 */
export function baselineOf(runs: readonly Run[], run: Run | null, base: number | null): Run | null {
  const others = runs
    .filter((one) => one.id !== run?.id && one.checkpointHash !== null)
    .toSorted((a, b) => a.id - b.id);
  return others.find(({ id }) => id === base) ?? others.findLast(({ vich }) => !vich) ?? others[0] ?? null;
}
