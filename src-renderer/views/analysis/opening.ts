/** From a mark of a chart to the gallery: exactly the images that it counts. */
import type { CalibrationBin, ClassBalance, SigmaBin, SigmaCell } from '../../../src-shared/domain/evaluation.ts';
import { withFacet, withTerm } from '../../../src-shared/domain/query/edit.ts';
import { measuredQuery } from '../../../src-shared/domain/query/measured.ts';
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

function within(q: string, field: string, low: number, high: number, last: boolean): string {
  return withTerm(withTerm(q, `${field}>=${low}`), `${field}<${last ? '=' : ''}${high}`);
}

export function binQuery(split: string | null, { low, high }: CalibrationBin): string {
  return within(measuredQuery(split), 'confidence', low, high, true);
}

export function sigmaQuery(split: string | null, { low, high }: SigmaBin): string {
  return within(measuredQuery(split), 'sigma', low, high, true);
}

export function sigmaCellQuery(split: string | null, { sigma, loss, last }: SigmaCell): string {
  return within(within(measuredQuery(split), 'sigma', ...sigma, last[0]), 'loss', ...loss, last[1]);
}

export function balanceQuery(split: string | null, { expression }: ClassBalance): string {
  return withFacet(`label:${expression ?? 'none'} -broken -excluded`, 'split', split === null ? [] : [split]);
}
