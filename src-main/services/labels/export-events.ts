import type { AuditFilter, AuditLine } from '../../../src-shared/domain/audit.ts';
import { AUDIT_COLUMNS, auditRow } from '../../../src-shared/domain/audit-row.ts';
import { writeTextFile } from '../files/write.ts';
import { csvLine } from './csv.ts';

const PAGE = 1_000;

/**
 * Writes events of the log as CSV, the newest first.
 * @returns events written.
 * @throws FailureError of writing.
 */
export async function exportEvents(
  events: (filter: AuditFilter, before: number | null, limit: number) => Promise<AuditLine[]>,
  filter: AuditFilter,
  out: string,
): Promise<{ events: number }> {
  let written = 0;
  async function* lines(): AsyncGenerator<string> {
    yield csvLine(AUDIT_COLUMNS);
    for (let before: number | null = null; ;) {
      const page: AuditLine[] = await events(filter, before, PAGE);
      const last = page.at(-1);
      if (last === undefined) return;
      before = last.id;
      for (const line of page) yield csvLine(auditRow(line));
      written += page.length;
    }
  }
  await writeTextFile(out, lines());
  return { events: written };
}
