/** Queries of exactly the images that a number of the analysis counts. */
import type { CalibrationBin, ClassBalance, SigmaBin, SigmaCell } from '../evaluation.ts';
import { withFacet, withTerm } from './edit.ts';

/**
 * Query of exactly the images that an evaluation of a run counts: usable, with a label and a prediction that the run can be held
 * against. Only those have a loss.
 */
export function measuredQuery(split: string | null): string {
  return withFacet('loss>=0 -broken -excluded', 'split', split === null ? [] : [split]);
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
