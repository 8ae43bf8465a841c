/** From a mark of a chart to the gallery: exactly the images that it counts. */
import { router } from '../../state/router.svelte.ts';

export interface Measured {
  readonly run: number;
  readonly dataset: number;
  /** Null = all splits. */
  readonly split: string | null;
}

export function openImages({ run, dataset }: Pick<Measured, 'run' | 'dataset'>, q: string | null): void {
  if (q !== null) router.go('/gallery', { ds: dataset, run, q, sort: '-loss', focus: null });
}
