import {
  AUDIT_COUNTED,
  type AuditFilter,
  type AuditLine,
  type AuditSummary,
} from '../../../src-shared/domain/audit.ts';
import type { AuditTable } from './audit-table.ts';
import type { Database } from './database.ts';
import { lineInWords, type AnnotationRecord } from './history.ts';

const FROM = `annotations AS a JOIN batches AS b ON b.id = a.batch JOIN annotators AS n ON n.id = b.annotator
  JOIN images AS i ON i.id = a.image`;

const JUDGING = `('hard', 'soft', 'unsure', 'skip', 'clear')`;

interface AuditRecord extends AnnotationRecord {
  image: number;
  dataset: number;
  path: string;
  restored: number;
  taken_back: number;
}

type Bound = Record<string, string | number>;

/** Conditions of a filter; only those that say something, so that an open filter walks the log by its key. */
function conditions(filter: AuditFilter): { where: string; bound: Bound } {
  const parts: string[] = [];
  const bound: Bound = {};
  const add = (condition: string, name: string, value: string | number | null): void => {
    if (value === null || (value === '' && name !== 'queue')) return;
    parts.push(condition);
    bound[name] = value;
  };
  add('a.dataset = :dataset', 'dataset', filter.dataset);
  add('n.name = :annotator', 'annotator', filter.annotator);
  add(`CASE :part WHEN 'label' THEN a.kind IN ${JUDGING} ELSE a.kind = :part END`, 'part', filter.part);
  add(
    '(a.label_before = :label OR a.label_after = :label) AND a.label_before IS NOT a.label_after',
    'label',
    filter.label,
  );
  add(`coalesce(b.context ->> 'queue', '') = :queue`, 'queue', filter.queue);
  add('instr(lower(i.path), lower(:path)) > 0', 'path', filter.path);
  add('b.at >= :since', 'since', filter.since);
  add('b.at < :until', 'until', filter.until);
  return { where: parts.length === 0 ? '1' : parts.join(' AND '), bound };
}

function toLine(record: AuditRecord): AuditLine {
  const opinionOnly = record.voter !== null && record.label_before === record.label_after;
  return {
    id: record.id,
    batch: record.batch,
    image: record.image,
    dataset: record.dataset,
    path: record.path,
    annotator: record.annotator,
    kind: record.kind,
    value: lineInWords(record),
    before: record.label_before,
    after: record.label_after,
    action: record.action,
    reversal: record.action !== 'apply' || record.back_to !== null || record.reverts !== null,
    opinionOnly,
    queue: record.queue,
    score: record.score,
    backTo: record.back_to,
    reverts: record.action === 'apply' && record.reverts !== null,
    restored: record.restored === 1,
    takenBack: record.taken_back === 1,
    at: record.at,
  };
}

/** Reads the log; what a filter asks for is found newest first, without an index of its own. */
export class Audit implements AuditTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  page(filter: AuditFilter, before: number | null, limit: number): AuditLine[] {
    const { where, bound } = conditions(filter);
    const records = this.#database.read(() =>
      this.#database
        .prepare<[Bound], AuditRecord>(
          `SELECT a.id, a.batch, a.image, a.dataset, i.path, n.name AS annotator, a.kind, a.label_before, a.label_after, a.voter,
             a.opinion_after, a.value_after, b.action, b.back_to, a.reverts, b.at, b.restored_for IS NOT NULL AS restored,
             b.context ->> 'queue' AS queue, b.context ->> 'score' AS score,
             EXISTS (SELECT 1 FROM annotations AS r WHERE r.reverts = a.id) AS taken_back
           FROM ${FROM} WHERE ${where} ${before === null ? '' : 'AND a.id < :before'} ORDER BY a.id DESC LIMIT :limit`,
        )
        .all({ ...bound, ...(before === null ? {} : { before }), limit }),
    );
    return records.map(toLine);
  }

  last(): number {
    const newest = this.#database.prepare<[], number>('SELECT coalesce(max(id), 0) FROM annotations').pluck();
    return this.#database.read(() => newest.get()) ?? 0;
  }

  summary(filter: AuditFilter): AuditSummary {
    const { where, bound } = conditions(filter);
    const one = <T>(sql: string): T[] => this.#database.prepare<[], T>(sql).pluck().all();
    return this.#database.read(() => ({
      events:
        this.#database
          .prepare<[Bound], number>(
            `SELECT count(*) FROM (SELECT 1 FROM ${FROM} WHERE ${where} LIMIT ${AUDIT_COUNTED})`,
          )
          .pluck()
          .get(bound) ?? 0,
      last: this.last(),
      annotators: one<string>(
        'SELECT name FROM annotators AS n WHERE EXISTS (SELECT 1 FROM batches WHERE annotator = n.id) ORDER BY name',
      ),
      queues: one<string>(
        `SELECT DISTINCT context ->> 'queue' FROM batches WHERE context IS NOT NULL AND context ->> 'queue' IS NOT NULL ORDER BY 1`,
      ),
    }));
  }

  ids(filter: AuditFilter, through: number, limit: number): number[] {
    const { where, bound } = conditions(filter);
    return this.#database.read(() =>
      this.#database
        .prepare<[Bound], number>(
          `SELECT a.id FROM ${FROM} WHERE ${where} AND a.id <= :through ORDER BY a.id DESC LIMIT :limit`,
        )
        .pluck()
        .all({ ...bound, through, limit }),
    );
  }
}
