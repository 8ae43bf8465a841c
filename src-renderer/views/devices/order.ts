import type { BenchmarkResult } from '../../../src-shared/domain/benchmark.ts';

export type ResultKey =
  | 'at'
  | 'device'
  | 'model'
  | 'batch'
  | 'medianSeconds'
  | 'p95Seconds'
  | 'meanSeconds'
  | 'imagesPerSecond'
  | 'peakBytes'
  | 'parameters'
  | 'multiplyAdds'
  | 'repeats';

export interface ResultSort {
  readonly key: ResultKey;
  readonly descending: boolean;
}

/** By a column; what is equal there stays newest first. */
export function sortResults(results: readonly BenchmarkResult[], { key, descending }: ResultSort): BenchmarkResult[] {
  const way = descending ? -1 : 1;
  return results.toSorted((one, other) => {
    const [a, b] = [one[key], other[key]];
    if (typeof a === 'number' && typeof b === 'number') return way * (a - b);
    return way * String(a).localeCompare(String(b));
  });
}
