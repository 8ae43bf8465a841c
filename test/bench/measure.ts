/** Measuring in turns: whatever else the machine does then meets all sides alike. */
import { quantile } from '../../src-shared/metrics/quantiles.ts';
import type { Spread } from './row.ts';

/** Runs the work once and tells its seconds. */
export type Timed = () => Promise<number>;

export function timed(work: () => Promise<unknown>): Timed {
  return async () => {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
  };
}

/**
 * Seconds of each side, by round. The first two runs of each are slow (caches, memory, thread pools) and do not count; the
 * order turns round every time, so that no side always follows the same other.
 */
export async function inTurns<Side extends string>(
  sides: Readonly<Record<Side, Timed>>,
  rounds: number,
): Promise<Record<Side, number[]>> {
  const names = Object.keys(sides) as Side[];
  const seconds = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Side, number[]>;
  for (let round = -2; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const taken = await sides[name]();
      if (round >= 0) seconds[name].push(taken);
    }
  }
  return seconds;
}

/** Work that notes what it takes of the processor each time, seconds: that hardly depends on what else the machine does. */
export function counted(work: () => Promise<unknown>): {
  readonly work: () => Promise<void>;
  readonly seconds: number[];
} {
  const seconds: number[] = [];
  return {
    seconds,
    work: async () => {
      const before = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(before);
      seconds.push((user + system) / 1e6);
    },
  };
}

/** Quotients round by round. */
export function quotients(above: readonly number[], below: readonly number[]): number[] {
  return above.map((value, index) => value / (below[index] ?? NaN));
}

/** Median and quartiles, interpolated linearly. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}
