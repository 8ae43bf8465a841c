import type { Run } from '../../src-shared/domain/run.ts';

/**
 * The run that another one is read against: the address's, else the newest one without VICH, which is what the paper calls the
 * baseline, else the oldest other. Only runs with a checkpoint, and without being asked for none that is training: its best changes
 * under one's eyes. Null where there is no other.
 */
export function baselineOf(runs: readonly Run[], run: Run | null, base: number | null): Run | null {
  const others = runs
    .filter((one) => one.id !== run?.id && one.checkpointHash !== null)
    .toSorted((a, b) => a.id - b.id);
  const settled = others.filter(({ status }) => status !== 'running');
  return others.find(({ id }) => id === base) ?? settled.findLast(({ vich }) => !vich) ?? settled[0] ?? null;
}
