import type { AuditLine } from './audit.ts';

/** Columns of the log as a table: the same from every door. */
export const AUDIT_COLUMNS = [
  'event',
  'act',
  'at',
  'annotator',
  'path',
  'kind',
  'label_before',
  'label_after',
  'value',
  'source',
  'score',
  'taken_back',
] as const;

/** Where an event came from: a queue, an undo, a version, another project; '' for the gallery and the inspector. */
export function auditSource(line: AuditLine): string {
  if (line.restored) return 'restored';
  if (line.action !== 'apply') return line.action;
  if (line.reverts) return 'revert';
  if (line.backTo !== null) return `version ${line.backTo}`;
  return line.queue ?? '';
}

export function auditRow(line: AuditLine): (string | number | null)[] {
  const { id, batch, at, annotator, path, kind, before, after, value, score, takenBack } = line;
  return [id, batch, at, annotator, path, kind, before, after, value, auditSource(line), score, takenBack ? 'yes' : ''];
}
