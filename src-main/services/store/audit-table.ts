import type { AuditFilter, AuditLine, AuditSummary } from '../../../src-shared/domain/audit.ts';

/** The whole log, event by event. */
export interface AuditTable {
  /** Events before one, the newest first; null: from the newest on. */
  page(filter: AuditFilter, before: number | null, limit: number): AuditLine[];
  /** The newest event; 0 for an empty log. */
  last(): number;
  summary(filter: AuditFilter): AuditSummary;
  /** Ids of the newest events up to one. */
  ids(filter: AuditFilter, through: number, limit: number): number[];
}
