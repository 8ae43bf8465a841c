import { type LabelChange, type LabelRole, type Opinion } from '../../../src-shared/domain/label.ts';
import { topOf } from '../../../src-shared/metrics/vote-rules.ts';

/** What a change sets, by column of the log. */
export interface Setting {
  /** Whether the label that stands changes, and into what. */
  readonly sets: boolean;
  readonly label: string | null;
  readonly soft: string | null;
  /** Whether the annotator's opinion changes, and into what. */
  readonly votes: boolean;
  readonly opinion: string | null;
  /** Status, flag, note or box, for those kinds. */
  readonly value: string | null;
}

const UNTOUCHED: Setting = { sets: false, label: null, soft: null, votes: false, opinion: null, value: null };

/** Which columns a change in a role sets, and into what. */
export function settingOf(change: LabelChange, as: LabelRole): Setting {
  const judging = { ...UNTOUCHED, sets: as !== 'opinion', votes: as !== 'decision' };
  switch (change.kind) {
    case 'hard': {
      const { label } = change;
      return { ...judging, label, opinion: JSON.stringify({ kind: 'hard', label } satisfies Opinion) };
    }
    case 'soft': {
      const { soft } = change;
      const label = topOf(soft);
      if (label === null) throw new RangeError('A soft label has at least one class.');
      const opinion = JSON.stringify({ kind: 'soft', label, soft } satisfies Opinion);
      return { ...judging, label, soft: JSON.stringify(soft), opinion };
    }
    case 'unsure':
    case 'skip':
      return { ...UNTOUCHED, votes: true, opinion: JSON.stringify({ kind: change.kind } satisfies Opinion) };
    case 'clear':
      return judging;
    case 'exclude':
      return { ...UNTOUCHED, value: change.excluded ? 'excluded' : 'ok' };
    case 'flag':
      return { ...UNTOUCHED, value: change.flagged ? '1' : '0' };
    case 'note':
      return { ...UNTOUCHED, value: change.note };
    case 'box':
      return { ...UNTOUCHED, value: change.box === null ? null : JSON.stringify(change.box) };
  }
}
