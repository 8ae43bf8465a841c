import type { ImportRequest } from '../../../src-shared/domain/dataset.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { mapLabel } from '../../../src-shared/domain/synonyms.ts';
import type { SoftLabel, VoteRule } from '../../../src-shared/domain/votes.ts';
import { applyVoteRule, ruleForSplit } from '../../../src-shared/metrics/vote-rules.ts';
import type { ImageEntry, Source } from './source.ts';

/** What an entry means once the choices of the import are applied to it. */
export interface Settled {
  readonly rawLabel: string;
  readonly label: Expression | null;
  readonly soft: SoftLabel | null;
  /** Why it is left out; null for an image that counts. */
  readonly excluded: string | null;
}

/** How the votes of a source become labels: FER+ has nothing but votes, other sources bring labels of their own. */
export function voteRuleOf(source: Pick<Source, 'format'>, { choices }: ImportRequest): VoteRule | null {
  return choices?.voteRule ?? (source.format === 'ferplus' ? 'majority' : null);
}

/** Applies the person's corrections, the vote rule and the number of classes to an entry. Pure. */
export function settle(
  entry: Pick<ImageEntry, 'rawLabel' | 'votes' | 'split' | 'excluded'>,
  { labels = {}, choices = {} }: Pick<ImportRequest, 'labels' | 'choices'>,
  rule: VoteRule | null,
): Settled {
  const { rawLabel, votes } = entry;
  const kept = { rawLabel, label: mapLabel(rawLabel, labels), soft: null, excluded: entry.excluded ?? null };
  // What the source itself excludes is no expression, whatever its class is called.
  if (kept.excluded !== null) return kept;
  const settled = rule === null || votes === null || votes === undefined ? kept : byVotes(rule, entry.split, votes);
  return choices.classes === 7 ? withoutContempt(settled) : settled;
}

function byVotes(rule: VoteRule, split: string, votes: NonNullable<ImageEntry['votes']>): Settled {
  const applied = ruleForSplit(rule, split);
  const { label, soft, dropped } = applyVoteRule(applied, votes);
  const hard = soft !== null && Object.keys(soft).length === 1 && applied !== 'votes-sum';
  return {
    rawLabel: label ?? '',
    label,
    soft: hard ? null : soft,
    excluded: dropped === null ? null : `Left out by the vote rule ${applied}. ${dropped}`,
  };
}

/** Seven classes: contempt is left out, and what it had of a target goes to the others in proportion. */
function withoutContempt(settled: Settled): Settled {
  const { label, soft, excluded } = settled;
  if (excluded !== null) return settled;
  if (label === 'contempt') return { ...settled, excluded: 'Contempt is not one of the seven classes.' };
  if (soft?.contempt === undefined) return settled;
  const { contempt, ...others } = soft;
  const left = Object.values(others).reduce((sum, share) => sum + share, 0);
  const whole = left + contempt;
  const scaled = Object.entries(others).map(([expression, share]) => [expression, (share * whole) / left] as const);
  return { ...settled, soft: Object.fromEntries(scaled) };
}
