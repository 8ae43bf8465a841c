/** Ablations and trials in words. Pure. */
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Suite } from '../../../src-shared/domain/suite.ts';
import type { Trial } from '../../../src-shared/domain/trial.ts';
import { meanText, type AblationRow } from '../../../src-shared/metrics/ablation.ts';
import { fixed } from '../../text/format.ts';
import { scientific } from '../../text/rates.ts';

export interface SuiteState {
  /** Runs that it is to have. */
  readonly all: number;
  /** Queued or at work. */
  readonly active: number;
  readonly text: string;
}

/** "5 of 12 done, 1 at work" */
export function suiteState(
  { variants, seeds }: Pick<Suite, 'variants' | 'seeds'>,
  runs: readonly Pick<Run, 'status'>[],
): SuiteState {
  const all = variants.length * seeds.length;
  const having = (...statuses: readonly Run['status'][]): number =>
    runs.filter(({ status }) => statuses.includes(status)).length;
  const [done, running, active] = [having('done'), having('running'), having('queued', 'running')];
  const stopped = all - done - active;
  const parts = [
    done === all ? `All ${all} done` : `${done} of ${all} done`,
    ...(running > 0 ? [`${running} at work`] : []),
    ...(stopped > 0 && active === 0 ? [`${stopped} unfinished`] : []),
  ];
  return { all, active, text: parts.join(', ') };
}

/** The plot in a sentence. */
export function suiteSentence(rows: readonly AblationRow[], seeds: number): string {
  const known = rows.filter(({ mean }) => mean !== null);
  if (known.length === 0) return 'No run has ended yet.';
  const list = known.map((row) => `${row.title} ${meanText(row)}%`).join(', ');
  const reports = rows.some(({ paper }) => paper !== null)
    ? ` The paper reports ${rows.map(({ title, paper }) => `${title} ${paper === null ? '–' : fixed(paper, 2)}%`).join(', ')}.`
    : '';
  return `Mean over up to ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}: ${list}.${reports}`;
}

/** "Learning rate: 1e−3 suggested", "Batch: no size fits". */
export function trialTitle({ result }: Trial): string {
  if (result.kind === 'learning-rate')
    return result.suggested === null
      ? 'Learning rate: nothing suggested'
      : `Learning rate: ${scientific(result.suggested)} suggested`;
  return result.suggested === null ? 'Batch: no size fits' : `Batch: ${result.suggested} suggested`;
}
