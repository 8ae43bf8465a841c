import { csvText, save } from '../../plots/export.ts';
import { call } from '../../state/call.ts';

const PAGE = 1_000;

/** Everything that an import found wrong with single rows, as a CSV file that the person keeps. */
export async function saveProblems(dataset: number, name: string): Promise<void> {
  const rows: [string, string, string][] = [];
  for (let after = 0; ;) {
    const page = await call('import.problems', { dataset, after, limit: PAGE });
    if (page === null) return;
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.id;
    for (const { path, kind, reason } of page) rows.push([path, kind, reason]);
  }
  save(`${name} import report.csv`, csvText({ columns: ['path', 'kind', 'reason'], rows }), 'text/csv');
}
