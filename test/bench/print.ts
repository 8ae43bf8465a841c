/** How measurements look in a terminal: one block a row, the ratio first. */
import type { Measurement, Quantity, Row, Spread, Unit } from './row.ts';

const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

function spread({ median, low, high }: Spread, unit: Unit | 'x'): string {
  const space = unit === 'x' ? '' : ' ';
  const range = low === high ? '' : ` (${digits(low)} to ${digits(high)})`;
  return `${digits(median)}${space}${unit}${range}`;
}

const part = ({ of, spread: values, unit }: Quantity): string => `${of} ${spread(values, unit)}`;

/** Whether the median is where it is to be. */
export function reached({ reach }: Row, { median }: Spread): boolean {
  return reach.bound === 'at least' ? median >= reach.value : median <= reach.value;
}

function result(row: Row, measured: Measurement): string {
  const reach = (values: Spread, unit: string): string => {
    const verdict = reached(row, values) ? 'reached' : 'NOT REACHED';
    return `${row.reach.bound} ${row.reach.value}${unit}: ${verdict}`;
  };
  switch (measured.kind) {
    case 'ratio':
      return `${spread(measured.ratio, 'x')}  ${reach(measured.ratio, 'x')}`;
    case 'absolute':
      return `${spread(measured.spread, measured.unit)}  ${reach(measured.spread, ` ${measured.unit}`)}`;
    case 'alone':
      return `not compared: ${measured.reason}`;
    case 'skipped':
      return `skipped: ${measured.reason}`;
  }
}

/** Two or three lines: what was measured, how it came out, and the figures behind it. */
export function printed(row: Row, measured: Measurement): string {
  const parts = measured.kind === 'skipped' ? [] : measured.parts;
  const lines = [`${row.name}: ${row.work}; against ${row.against}`, `  ${result(row, measured)}`];
  if (parts.length > 0) lines.push(`  ${parts.map(part).join(', ')}`);
  return lines.join('\n');
}
