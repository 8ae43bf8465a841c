import { Failure } from '../../../src-shared/domain/failure.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { Database, Statement } from './database.ts';
import type { JobTable } from './interface.ts';
import { jsonOrNull, parseOptional } from './json.ts';

/** How many past jobs the list shows. */
const LISTED = 200;

type JobRecord = Omit<Job, 'error'> & { error: string | null };

const SELECT = `
  SELECT id, kind, title, status, done, total, unit, rate, eta_seconds AS etaSeconds, text, run, dataset, error,
    created_at AS createdAt, started_at AS startedAt, ended_at AS endedAt
  FROM jobs`;

function toJob(record: JobRecord): Job {
  return { ...record, error: parseOptional(Failure, record.error) };
}

/** Everything that a job says of itself, in the order of the columns below. */
function values(job: Omit<Job, 'id'>): (string | number | null)[] {
  return [
    job.kind,
    job.title,
    job.status,
    job.done,
    job.total,
    job.unit,
    job.rate,
    job.etaSeconds,
    job.text,
    job.run,
    job.dataset,
    jsonOrNull(job.error),
    job.createdAt,
    job.startedAt,
    job.endedAt,
  ];
}

const COLUMNS = [
  'kind',
  'title',
  'status',
  'done',
  'total',
  'unit',
  'rate',
  'eta_seconds',
  'text',
  'run',
  'dataset',
  'error',
  'created_at',
  'started_at',
  'ended_at',
];

/** The jobs of a project, the newest first. */
export class JobRows implements JobTable {
  readonly #database: Database;
  readonly #list: Statement<[], JobRecord>;
  readonly #get: Statement<[number], JobRecord>;
  readonly #insert: Statement<(string | number | null)[]>;
  readonly #update: Statement<(string | number | null)[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#list = database.prepare(`${SELECT} ORDER BY id DESC LIMIT ${LISTED}`);
    this.#get = database.prepare(`${SELECT} WHERE id = ?`);
    this.#insert = database.prepare(
      `INSERT INTO jobs (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
    );
    this.#update = database.prepare(
      `UPDATE jobs SET ${COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`,
    );
  }

  list(): Job[] {
    return this.#database.read(() => this.#list.all().map(toJob));
  }

  get(job: number): Job | null {
    const record = this.#database.read(() => this.#get.get(job));
    return record ? toJob(record) : null;
  }

  insert(job: Omit<Job, 'id'>): number {
    return this.#database.write(() => Number(this.#insert.run(...values(job)).lastInsertRowid));
  }

  update(job: Job): void {
    this.#database.write(() => this.#update.run(...values(job), job.id));
  }

  interrupt(): void {
    this.#database.write(() =>
      this.#database
        .prepare<[string]>(
          `UPDATE jobs SET status = 'interrupted', ended_at = ?, rate = NULL, eta_seconds = NULL
           WHERE status IN ('queued', 'running')`,
        )
        .run(new Date().toISOString()),
    );
  }
}
