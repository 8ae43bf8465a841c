/** How many images of each class a dataset holds: as imported, and as labelled now. Pure. */
import type { ClassBalance } from '../../src-shared/domain/evaluation.ts';
import { count, plural } from '../text/format.ts';
import { classCode, classTitle } from './class-marks.ts';
import { frame, rectPath, ticksOf, type Drawing, type Size } from './drawing.ts';
import type { Table } from './export.ts';

/** On a logarithmic axis one image stands a little above the foot. */
const toLog = (value: number): number => (value <= 0 ? 0 : Math.log10(value) + 0.3);

/** Bars filled as labels stand now; an outline where the import had them. */
export function balance(
  rows: readonly ClassBalance[],
  size: Size,
  { log, query }: { readonly log: boolean; readonly query: (row: ClassBalance) => string },
): Drawing {
  const scale = log ? toLog : (value: number): number => value;
  const most = Math.max(1, ...rows.flatMap((row) => [row.now, row.imported]));
  const box = frame(size, [0, Math.max(1, rows.length)], [0, scale(most) * 1.05]);
  const decades = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].filter((value) => value <= most);
  return {
    ...box,
    xTicks: rows.map((row, at) => ({
      at: box.x(at + 0.5),
      text: row.expression === null ? 'None' : classCode(row.expression),
    })),
    yTicks: log
      ? decades.map((value) => ({ at: box.y(toLog(value)), text: count(value) }))
      : ticksOf(box.y, 5, (value) => count(value)),
    xTitle: 'Label',
    yTitle: log ? 'Images, logarithmic' : 'Images',
    strokes: rows.map((row, at) => ({
      d: rectPath(box.x(at + 0.12), box.y(scale(row.imported)), box.x(at + 0.88), box.bottom),
      style: 'dashed' as const,
      name: `${row.expression ?? 'none'} as imported`,
    })),
    marks: rows.map((row, at) => ({
      id: row.expression ?? 'none',
      d: rectPath(box.x(at + 0.2), box.y(scale(row.now)), box.x(at + 0.8), box.bottom),
      tone: row.expression ?? 'ghost',
      x: box.x(at + 0.5),
      y: box.y(scale(row.now)),
      text: `${row.expression === null ? 'No label' : classTitle(row.expression)}: ${plural(row.now, 'image')}, ${count(row.imported)} as imported`,
      q: query(row),
    })),
  };
}

export function balanceTable(rows: readonly ClassBalance[]): Table {
  return {
    columns: ['label', 'images', 'imported'],
    rows: rows.map((row) => [row.expression ?? 'none', row.now, row.imported]),
  };
}

export function balanceSummary(rows: readonly ClassBalance[]): string {
  const labelled = rows.filter((row) => row.expression !== null && row.now > 0).toSorted((a, b) => b.now - a.now);
  const [most, least] = [labelled[0], labelled.at(-1)];
  if (
    most?.expression === undefined ||
    most.expression === null ||
    least?.expression === undefined ||
    least.expression === null
  )
    return 'No image has a label here.';
  const changed = rows.reduce((sum, row) => sum + Math.abs(row.now - row.imported), 0) / 2;
  const ratio = Math.round(most.now / least.now);
  return `${classTitle(most.expression)} has ${count(most.now)} images, ${classTitle(least.expression)} ${count(least.now)}: ${ratio} to 1. ${changed === 0 ? 'Nothing differs from the import.' : `The counts differ from the import by ${count(Math.ceil(changed))}.`}`;
}
