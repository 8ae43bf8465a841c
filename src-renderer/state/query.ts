import { chips } from '../../src-shared/domain/query/edit.ts';

/** The query without words that cannot be understood: those are shown as such and filter nothing. */
export function understood(q: string): string {
  return chips(q)
    .filter((chip) => chip.problem === undefined)
    .map((chip) => chip.text)
    .join(' ');
}
