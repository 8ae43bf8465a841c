import { fixed } from '../text/number.ts';
import { classTitle } from './class-marks.ts';
import type { Table } from '../text/table.ts';
import { beats, vichClasses, type VichClass, type VichData } from './vich.ts';

function first(classes: readonly VichClass[], rank: number): VichClass | undefined {
  return classes.find((one) => one.rank === rank);
}

/** One sentence: who wins, over whom, and with which probability. */
export function vichSummary(data: VichData): string {
  const classes = vichClasses(data);
  const winner = first(classes, 0);
  const second = first(classes, 1);
  if (winner === undefined) return 'There is no prediction.';
  const lead = `${classTitle(winner.expression)} (μ ${fixed(winner.mu)})`;
  if (second === undefined) return `${lead} is the only class.`;
  const p = beats(winner, second);
  if (p === null)
    return `${lead} leads ${classTitle(second.expression)} by ${fixed(winner.mu - second.mu)}. This model has no VICH, so it gives no variance.`;
  return `${lead} beats ${classTitle(second.expression)} with P ${fixed(p)}, assuming independence. Prediction uses μ only.`;
}

/** The numbers behind the plot, in full; for Table and CSV. */
export function vichTable(data: VichData): Table {
  const classes = vichClasses(data);
  const winner = first(classes, 0);
  return {
    columns: ['class', 'mu', 'logvar', 'sigma', 'softmax', 'p_winner_beats'],
    rows: classes.map((one) => [
      one.expression,
      one.mu,
      one.logvar,
      one.sigma,
      one.probability,
      winner === undefined || one === winner ? null : beats(winner, one),
    ]),
  };
}

/** Lines of the tooltip on one class. */
export function vichTooltip(data: VichData, one: VichClass): string[] {
  const classes = vichClasses(data);
  const rival = first(classes, one.rank === 0 ? 1 : 0);
  const p = rival === undefined ? null : beats(one, rival);
  return [
    `μ ${fixed(one.mu)}${one.sigma === null ? '' : `, σ ${fixed(one.sigma)}`}`,
    `softmax(μ) ${fixed(one.probability)}`,
    ...(p === null || rival === undefined ? [] : [`beats ${classTitle(rival.expression)}: P ${fixed(p)}`]),
  ];
}
