/** A comparison as one drawing for a paper: figures, differences and their intervals on a scale. Pure. */
import type { Comparison } from '../../../src-shared/domain/evaluation.ts';
import { forestLimit, forestMark } from '../../plots/forest.ts';
import { count, fixed } from '../../text/format.ts';
import {
  classRows,
  metricRows,
  OUTCOME_TITLES,
  pValue,
  signed,
  type DifferenceRow,
  type OutcomeName,
} from './words.ts';

const ROW = 20;
const TOP = 56;
const PLOT = 200;
/** Left edge of the names, right edges of the numbers, left edge of the plot. */
const X = { name: 16, baseline: 280, run: 350, difference: 420, interval: 550, plot: 570 } as const;
const WIDTH = X.plot + PLOT + 16;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one] ?? one);
}

function text(x: number, y: number, content: string, more = ''): string {
  return `<text x="${x}" y="${y}"${more === '' ? '' : ` ${more}`}>${escaped(content)}</text>`;
}

const END = 'text-anchor="end"';
const DIM = 'fill="#525252"';

/** Characters of a foot's line: what fits the drawing's width at 11 px. */
const FOOT = 130;

/** A text in lines of at most that many characters, broken between words. */
function broken(content: string): string[] {
  const lines: string[] = [];
  for (const word of content.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= FOOT) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function rowOf(row: DifferenceRow, limit: number, y: number): string {
  const cells = [
    text(X.name, y, `${row.name}${row.lowerIsBetter ? ' ↓' : ''}`),
    text(X.baseline, y, fixed(row.baseline, row.digits), END),
    text(X.run, y, fixed(row.run, row.digits), END),
    text(X.difference, y, signed(row.difference, row.digits), END),
  ];
  if (row.interval === null || row.difference === null) return cells.join('');
  const [low, high] = row.interval;
  const mark = forestMark(row.difference, row.interval, limit, PLOT);
  const middle = y - 4;
  const at = (x: number): string => (X.plot + x).toFixed(1);
  return [
    ...cells,
    text(X.interval, y, `${signed(low, row.digits)} to ${signed(high, row.digits)}`, `${END} ${DIM}`),
    `<line x1="${at(mark.low)}" x2="${at(mark.high)}" y1="${middle}" y2="${middle}" stroke="#161616" stroke-width="1.5"/>`,
    `<circle cx="${at(mark.at)}" cy="${middle}" r="3.5" stroke="#161616" fill="${mark.sure ? '#161616' : '#FFFFFF'}"/>`,
  ].join('');
}

/** @param note of what was compared on what: dataset and split. */
export function comparisonSvg(comparison: Comparison, baseline: string, run: string, note: string): string {
  const rows = [...metricRows(comparison), ...classRows(comparison)];
  const limitOf = (some: readonly DifferenceRow[]): number =>
    forestLimit(some.flatMap(({ interval }) => interval ?? []));
  // Points of per cent share one scale; NLL and Brier have units of their own.
  const shared = limitOf(rows.filter(({ digits }) => digits === 1));
  const end = TOP + rows.length * ROW;
  const outcomes = (Object.keys(OUTCOME_TITLES) as OutcomeName[])
    .map((name) => `${count(comparison.outcomes[name])} ${OUTCOME_TITLES[name]}`)
    .join(', ');
  const feet = [
    `${count(comparison.images)} images (${note}): ${outcomes}. McNemar exact p ${pValue(comparison.mcnemar)}. 95% paired bootstrap.`,
    ...comparison.unlike,
  ].flatMap(broken);
  const height = end + 16 + feet.length * 16 + 8;
  const zero = X.plot + PLOT / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="Inter, Helvetica, Arial, sans-serif" font-size="12" fill="#161616">`,
    `<title>${escaped(`${run} against ${baseline}`)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#FFFFFF"/>`,
    text(X.name, 24, `${run} against ${baseline}`, 'font-weight="600"'),
    text(X.baseline, 44, 'A', `${END} ${DIM}`),
    text(X.run, 44, 'B', `${END} ${DIM}`),
    text(X.difference, 44, 'B − A', `${END} ${DIM}`),
    text(X.interval, 44, '95% CI', `${END} ${DIM}`),
    text(X.plot, 44, `−${shared}`, DIM),
    text(zero, 44, '0', `text-anchor="middle" ${DIM}`),
    text(X.plot + PLOT, 44, `+${shared}`, `${END} ${DIM}`),
    `<line x1="${zero}" x2="${zero}" y1="${TOP - 6}" y2="${end - 6}" stroke="#D6D6D6"/>`,
    ...rows.map((row, index) => rowOf(row, row.digits === 1 ? shared : limitOf([row]), TOP + 10 + index * ROW)),
    ...feet.map((foot, index) => text(X.name, end + 16 + index * 16, foot, `font-size="11" ${DIM}`)),
    '</svg>',
  ].join('\n');
}
