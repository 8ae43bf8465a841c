import type { AuditLine } from '../../../src-shared/domain/audit.ts';
import { queueTitle } from '../triage/queue-names.ts';

/** Where an event came from, as the table says it. */
export function sourceText({ restored, action, reverts, backTo, queue }: AuditLine): string {
  if (restored) return 'Restored from an export';
  if (action !== 'apply') return action === 'undo' ? 'Undo' : 'Redo';
  if (reverts) return 'Revert';
  if (backTo !== null) return `Back to “${backTo}”`;
  return queue === null ? '' : queueTitle(queue);
}
