/** The filter of the history as the address holds it. */
import { AUDIT_PARTS, type AuditFilter } from '../../../src-shared/domain/audit.ts';
import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';

/** Names of the address's parameters. */
export const FILTER_PARAMS = ['who', 'part', 'label', 'source', 'path', 'since', 'until'] as const;
export type FilterParam = (typeof FILTER_PARAMS)[number];

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Midnight of a day as people here count it, as an ISO time; null for what is no day. */
function midnight(day: string | null, plus: number): string | null {
  if (day === null || !DAY.test(day)) return null;
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const at = new Date(year, month - 1, date + plus);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** What the address asks for; a value that means nothing asks for nothing. `source` "none": decided in no queue. */
export function filterOf(param: (name: FilterParam) => string | null, dataset: number | null): AuditFilter {
  const source = param('source');
  return {
    dataset,
    annotator: param('who'),
    part: AUDIT_PARTS.find((one) => one === param('part')) ?? null,
    label: EXPRESSIONS.find((one) => one === param('label')) ?? null,
    queue: source === 'none' ? '' : source,
    path: param('path') ?? '',
    since: midnight(param('since'), 0),
    // The last day counts whole.
    until: midnight(param('until'), 1),
  };
}
