/** A comparison in words, and as tables that leave the application. Pure. */
import type { Comparison, Interval, Metric } from '../../../src-shared/domain/evaluation.ts';
import { EXPRESSION_FACES } from '../../../src-shared/domain/expression.ts';
import { cellText, type Table } from '../../../src-shared/text/table.ts';
import { count, fixed, plural } from '../../text/format.ts';

export const OUTCOME_TITLES = {
  bothRight: 'both right',
  fixed: 'fixed',
  regressed: 'regressed',
  bothWrong: 'both wrong',
} as const;
export type OutcomeName = keyof typeof OUTCOME_TITLES;

/** The query's word for an outcome. */
export function outcomeTerm(outcome: OutcomeName, baseline: number): string {
  return `${outcome.toLowerCase()}:${baseline}`;
}

interface MetricFace {
  readonly title: string;
  /** Factor and digits of what is shown: shares as per cent. */
  readonly scale: number;
  readonly digits: number;
  readonly lowerIsBetter: boolean;
}

export const METRIC_FACES: Readonly<Record<Metric, MetricFace>> = {
  accuracy: { title: 'Accuracy, %', scale: 100, digits: 1, lowerIsBetter: false },
  balancedAccuracy: { title: 'Balanced accuracy, %', scale: 100, digits: 1, lowerIsBetter: false },
  macroF1: { title: 'Macro F1, %', scale: 100, digits: 1, lowerIsBetter: false },
  ece: { title: 'ECE, %', scale: 100, digits: 1, lowerIsBetter: true },
  nll: { title: 'NLL', scale: 1, digits: 3, lowerIsBetter: true },
  brier: { title: 'Brier', scale: 1, digits: 3, lowerIsBetter: true },
};

/** +1.4, −0.3, 0.0. */
export function signed(value: number | null, digits: number): string {
  if (value === null) return '–';
  const text = fixed(value, digits);
  return value > 0 && Number(value.toFixed(digits)) !== 0 ? `+${text}` : text;
}

/** One line of the table of differences, in the units that are shown. */
export interface DifferenceRow {
  readonly name: string;
  readonly baseline: number | null;
  readonly run: number | null;
  readonly difference: number | null;
  readonly interval: Interval | null;
  readonly digits: number;
  readonly lowerIsBetter: boolean;
}

function rowOf(
  name: string,
  one: { readonly baseline: number | null; readonly run: number | null; readonly interval: Interval | null },
  { scale, digits, lowerIsBetter }: Omit<MetricFace, 'title'>,
): DifferenceRow {
  const by = (value: number | null): number | null => (value === null ? null : value * scale);
  const difference = one.baseline === null || one.run === null ? null : (one.run - one.baseline) * scale;
  const interval: Interval | null = one.interval && [one.interval[0] * scale, one.interval[1] * scale];
  return { name, baseline: by(one.baseline), run: by(one.run), difference, interval, digits, lowerIsBetter };
}

export function metricRows(comparison: Comparison): DifferenceRow[] {
  return comparison.metrics.map((one) => rowOf(METRIC_FACES[one.metric].title, one, METRIC_FACES[one.metric]));
}

/** Recall of each class that occurs, in per cent. */
export function classRows(
  comparison: Comparison,
): (DifferenceRow & Pick<Comparison['perClass'][number], 'expression'>)[] {
  const face = { scale: 100, digits: 1, lowerIsBetter: false };
  return comparison.perClass
    .filter(({ support }) => support > 0)
    .map((one) => ({
      ...rowOf(`${EXPRESSION_FACES[one.expression].title} recall, %`, one, face),
      expression: one.expression,
    }));
}

/** "B corrects 50 images of A and loses 29: +1.4 points of accuracy." */
export function outcomeSentence({ outcomes, images }: Comparison, baseline: string, run: string): string {
  const { fixed: gained, regressed: lost } = outcomes;
  const points = signed(((gained - lost) / images) * 100, 1);
  return `${run} corrects ${plural(gained, 'image')} of ${baseline} and loses ${count(lost)}: ${points} points of accuracy.`;
}

/** What was left out, in words; empty when nothing was. */
export function leftOutSentence({ leftOut }: Comparison): string {
  const parts = [
    leftOut.unpaired > 0 ? `${count(leftOut.unpaired)} predicted by one of the two only` : '',
    leftOut.stale > 0
      ? `${count(leftOut.stale)} whose face was marked anew, or whose file was replaced, since a prediction`
      : '',
    leftOut.trained > 0 ? `${count(leftOut.trained)} of a split that one was trained on` : '',
    leftOut.relabelled > 0 ? `${count(leftOut.relabelled)} relabelled between the trainings` : '',
    leftOut.learned > 0 ? `${count(leftOut.learned)} that one learned from in another dataset` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `Left out: ${parts.join('; ')}.`;
}

export function pValue(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** Everything that is told of a pair, a figure a row. */
export function comparisonTable(comparison: Comparison, baseline: string, run: string): Table {
  const rows = [...metricRows(comparison), ...classRows(comparison)];
  const outcomes = Object.entries(OUTCOME_TITLES).map(([name, title]) => [
    `Images ${title}`,
    null,
    comparison.outcomes[name as OutcomeName],
    null,
    null,
    null,
  ]);
  return {
    columns: ['figure', baseline, run, 'difference', '95% low', '95% high'],
    rows: [
      ...rows.map((one) => [
        one.name,
        one.baseline,
        one.run,
        one.difference,
        one.interval?.[0] ?? null,
        one.interval?.[1] ?? null,
      ]),
      ...outcomes,
      ['McNemar exact p', null, comparison.mcnemar, null, null, null],
    ],
  };
}

/** The table for a Markdown document. */
export function markdownText({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((one) => one.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `|${columns.map((_, index) => (index === 0 ? ' --- ' : ' ---: ')).join('|')}|`;
  return [line(columns), rule, ...rows.map((row) => line(row.map(cellText)))].join('\n') + '\n';
}
