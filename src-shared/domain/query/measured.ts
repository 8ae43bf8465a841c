import { withFacet } from './edit.ts';

/**
 * Query of exactly the images that an evaluation of a run counts: usable, with a label and a prediction that the run can be held
 * against. Only those have a loss.
 */
export function measuredQuery(split: string | null): string {
  return withFacet('loss>=0 -broken -excluded', 'split', split === null ? [] : [split]);
}
