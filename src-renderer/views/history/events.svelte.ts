import {
  AUDIT_REVERTED,
  type AuditFilter,
  type AuditLine,
  type AuditSummary,
} from '../../../src-shared/domain/audit.ts';
import type { Failure } from '../../../src-shared/domain/failure.ts';
import { AUDIT_COLUMNS, auditRow } from '../../../src-shared/domain/audit-row.ts';
import { client, onReconnect } from '../../api/client.ts';
import { csvText, save } from '../../plots/export.ts';
import { busy } from '../../state/busy.svelte.ts';
import { call } from '../../state/call.ts';
import { labels } from '../../state/labels.svelte.ts';
import { me } from '../../state/me.ts';
import { router } from '../../state/router.svelte.ts';
import { session } from '../../state/session.svelte.ts';
import { plural } from '../../text/format.ts';
import { filterOf } from './filter.ts';

const PAGE = 200;
const EXPORT_PAGE = 1_000;

/** The events of the log that the filter leaves, the newest first, fetched as far as the person has scrolled. */
class Events {
  #lines = $state.raw<readonly AuditLine[]>([]);
  #summary = $state.raw<AuditSummary | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #chosen = $state.raw<ReadonlySet<number>>(new Set());
  #complete = $state(false);
  #turn = 0;
  #fetching = false;

  constructor() {
    client.on('labels.changed', () => {
      if (router.segments[0] === 'history') void this.open(true);
    });
    onReconnect(() => void this.open(true));
  }

  get lines(): readonly AuditLine[] {
    return this.#lines;
  }
  get summary(): AuditSummary | null {
    return this.#summary;
  }
  get failure(): Failure | null {
    return this.#failure;
  }
  get complete(): boolean {
    return this.#complete;
  }
  get chosen(): ReadonlySet<number> {
    return this.#chosen;
  }
  get filter(): AuditFilter {
    return filterOf((name) => router.param(name), session.dataset?.id ?? null);
  }

  /** Reads from the newest event on; `again` keeps what is chosen and as many lines as there were. */
  async open(again = false): Promise<void> {
    if (session.project === null) return;
    const turn = ++this.#turn;
    const { filter } = this;
    if (!again) this.#chosen = new Set();
    const limit = again ? Math.min(1_000, Math.max(PAGE, this.#lines.length)) : PAGE;
    const [lines, summary] = await busy.track(
      Promise.all([
        client.call('history.page', { filter, before: null, limit }),
        client.call('history.summary', { filter }),
      ]),
    );
    if (turn !== this.#turn) return;
    this.#failure = !lines.ok ? lines.error : !summary.ok ? summary.error : null;
    if (!lines.ok || !summary.ok) return;
    this.#lines = lines.value;
    this.#summary = summary.value;
    this.#complete = lines.value.length < limit;
  }

  /** The next lines, once the end of those that are there comes into view. */
  async more(): Promise<void> {
    if (this.#fetching || this.#complete) return;
    this.#fetching = true;
    const turn = this.#turn;
    const before = this.#lines.at(-1)?.id ?? null;
    const page = await call('history.page', { filter: this.filter, before, limit: PAGE });
    this.#fetching = false;
    if (page === null || turn !== this.#turn) return;
    this.#lines = [...this.#lines, ...page];
    this.#complete = page.length < PAGE;
  }

  toggle(event: number): void {
    const others = [...this.#chosen].filter((one) => one !== event);
    this.#chosen = new Set(this.#chosen.has(event) ? others : [...others, event]);
  }

  /** Chooses from one line to another, both included. */
  choose(from: number, to: number): void {
    const lines = this.#lines.slice(Math.min(from, to), Math.max(from, to) + 1);
    this.#chosen = new Set([...this.#chosen, ...lines.map(({ id }) => id)]);
  }

  chooseNone(): void {
    this.#chosen = new Set();
  }

  /** True where the filter leaves no more events than one act can take back. */
  get canRevertAll(): boolean {
    const events = this.#summary?.events ?? 0;
    return events > 0 && events <= AUDIT_REVERTED;
  }

  revertChosen(): void {
    const events = [...this.#chosen];
    if (events.length > 0) labels.revert({ events }, `${plural(events.length, 'event')} reverted`);
    this.chooseNone();
  }

  revertAll(): void {
    const summary = this.#summary;
    if (summary === null) return;
    const what = { filter: this.filter, through: summary.last };
    labels.revert(what, `${plural(summary.events, 'event')} reverted`);
    this.chooseNone();
  }

  /** Everything that the filter leaves, as a CSV file that the person keeps. */
  async export(): Promise<void> {
    const { filter } = this;
    const rows: ReturnType<typeof auditRow>[] = [];
    for (let before: number | null = null; ;) {
      const page: AuditLine[] | null = await call('history.page', { filter, before, limit: EXPORT_PAGE });
      if (page === null) return;
      const last = page.at(-1);
      if (last === undefined) break;
      before = last.id;
      for (const line of page) rows.push(auditRow(line));
    }
    const name = `${session.dataset?.name ?? session.project?.name ?? 'labels'} history by ${me()}.csv`;
    save(name, csvText({ columns: AUDIT_COLUMNS, rows }), 'text/csv');
  }
}

export const events = new Events();
