import type { ClassBalance } from '../../../src-shared/domain/evaluation.ts';
import type { Store } from '../store/interface.ts';
import { requireDataset } from '../runs/context.ts';

/** Usable images of each of the dataset's classes, and of none. @throws FailureError 'not-found'. */
export function balanceIn(store: Store, { dataset, split }: { dataset: number; split: string | null }): ClassBalance[] {
  const { classes } = requireDataset({ store }, dataset);
  const counts = store.images.balance(dataset, split);
  const sum = (test: (row: (typeof counts)[number]) => boolean): number =>
    counts.reduce((total, row) => total + (test(row) ? row.images : 0), 0);
  return [...classes, null]
    .map((expression) => ({
      expression,
      now: sum(({ label }) => label === expression),
      imported: sum(({ imported }) => imported === expression),
    }))
    .filter(({ expression, now, imported }) => expression !== null || now + imported > 0);
}
