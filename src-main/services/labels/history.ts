import type { AuditFilter, AuditLine, AuditSummary } from '../../../src-shared/domain/audit.ts';
import type { Workspace } from '../projects/workspace.ts';
import type { Queries } from '../queries/queries.ts';

/** The log of labels as it is read. A filter may walk all of it: beside the services. */
export class History {
  readonly #workspace: Pick<Workspace, 'require'>;
  readonly #queries: Pick<Queries, 'ask'>;

  constructor(workspace: Pick<Workspace, 'require'>, queries: Pick<Queries, 'ask'>) {
    this.#workspace = workspace;
    this.#queries = queries;
  }

  /** Events before one, the newest first; null: from the newest on. */
  page(filter: AuditFilter, before: number | null, limit: number): Promise<AuditLine[]> {
    return this.#queries.ask('historyPage', this.#workspace.require().store.folder, { filter, before, limit });
  }

  summary(filter: AuditFilter): Promise<AuditSummary> {
    return this.#queries.ask('historySummary', this.#workspace.require().store.folder, filter);
  }

  /** Who judged, and how much. */
  annotators(): Promise<{ name: string; opinions: number }[]> {
    return this.#queries.ask('annotators', this.#workspace.require().store.folder, undefined);
  }
}
