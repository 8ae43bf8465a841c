import { EXPRESSION_FACES, type Expression } from '../../../src-shared/domain/expression.ts';
import { Opinion, type LabelChange } from '../../../src-shared/domain/label.ts';
import { parseColumn } from './json.ts';
import { opinionInWords } from './opinions.ts';

/** The first line of an act, and how many images it is about. */
export interface FirstLine {
  /** Name of the version that the act went back to; null for all others. */
  backTo: string | null;
  kind: LabelChange['kind'];
  label: Expression | null;
  opinion: string | null;
  value: string | null;
  lines: number;
  /** How many different things it says; only acts on labels say more than one. */
  ways: number;
  /** It takes back events that a person chose. */
  reverts: number;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** An act in words, from its lines: "Sad on 10 images". */
export function actInWords({ backTo, kind, label, opinion, value, lines, ways, reverts }: FirstLine): string {
  const on = `on ${lines.toLocaleString('en')} image${lines === 1 ? '' : 's'}`;
  if (reverts > 0) return `Revert ${on}`;
  if (backTo !== null) return `Back to “${backTo}” ${on}`;
  if (ways > 1 && opinion === null && (kind === 'hard' || kind === 'soft')) return `Labels ${on}`;
  switch (kind) {
    case 'hard':
    case 'soft':
    case 'unsure':
    case 'skip':
    case 'clear': {
      if (opinion !== null) return `${capital(opinionInWords(parseColumn(Opinion, opinion)))} ${on}`;
      return `${label === null ? 'No label' : EXPRESSION_FACES[label].title} ${on}`;
    }
    case 'exclude':
      return `${value === 'excluded' ? 'Exclude' : 'Include'} ${on}`;
    case 'flag':
      return `${value === '1' ? 'Flag' : 'Unflag'} ${on}`;
    case 'note':
      return `Note ${on}`;
    case 'box':
      return `${value === null ? 'Whole picture' : 'Box'} ${on}`;
  }
}
