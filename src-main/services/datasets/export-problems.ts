import { writeTextFile } from '../files/write.ts';
import { csvLine } from '../labels/csv.ts';
import type { ImportTable } from '../store/interface.ts';

const PAGE = 1_000;

/**
 * Writes everything that an import found wrong with single rows as CSV: path, kind, reason.
 * @returns lines written, the header not counted.
 * @throws FailureError of writing.
 */
export async function exportProblems(
  imports: Pick<ImportTable, 'problems'>,
  dataset: number,
  out: string,
): Promise<{ problems: number }> {
  let problems = 0;
  async function* lines(): AsyncGenerator<string> {
    yield csvLine(['path', 'kind', 'reason']);
    for (let after = 0; ;) {
      const page = imports.problems(dataset, after, PAGE);
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.id;
      for (const { path, kind, reason } of page) yield csvLine([path, kind, reason]);
      problems += page.length;
      await new Promise(setImmediate);
    }
  }
  await writeTextFile(out, lines());
  return { problems };
}
