/** Tables of numbers as text of other programs. */

/** A plot's or a view's numbers as a table: for people, for CSV, for screen readers. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** A cell in few digits. */
export function cellText(value: string | number | null): string {
  if (value === null) return '';
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : value;
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '±': '$\\pm$',
  '✓': '\\checkmark{}',
};

/** The table as LaTeX's tabular, with booktabs' rules. */
export function latexText({ columns, rows }: Table): string {
  const escaped = (text: string): string => text.replace(/[\\~^±✓]|[&%$#_{}]/g, (sign) => LATEX[sign] ?? `\\${sign}`);
  const line = (cells: readonly string[]): string => `  ${cells.map(escaped).join(' & ')} \\\\`;
  return [
    `\\begin{tabular}{l${'r'.repeat(columns.length - 1)}}`,
    '  \\toprule',
    line(columns),
    '  \\midrule',
    ...rows.map((row) => line(row.map(cellText))),
    '  \\bottomrule',
    '\\end{tabular}',
    '',
  ].join('\n');
}
