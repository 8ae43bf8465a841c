import {
  NEAR_BITS,
  type DuplicateExclusion,
  type DuplicateGroup,
  type DuplicateReport,
  type GroupFilter,
} from '../../../src-shared/domain/duplicates.ts';
import type { Failure } from '../../../src-shared/domain/failure.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import { client, onReconnect } from '../../api/client.ts';
import { call } from '../../state/call.ts';
import { labels } from '../../state/labels.svelte.ts';
import { me } from '../../state/me.ts';
import { notify } from '../../state/notices.svelte.ts';
import { session } from '../../state/session.svelte.ts';
import { plural } from '../../text/format.ts';

export const PAGE = 40;
const MOST = 200;
/** Labels change in bursts: what is shown follows once they pause. */
const PAUSE_MS = 100;

/** Groups of equal and like images of the dataset that is looked at, as its last comparison found them. */
class Groups {
  #dataset = $state<number | null>(null);
  #report = $state.raw<DuplicateReport | null>(null);
  #groups = $state.raw<readonly DuplicateGroup[]>([]);
  #total = $state(0);
  #only = $state<GroupFilter>('all');
  #near = $state(NEAR_BITS);
  #known = $state(false);
  #failure = $state.raw<Failure | null>(null);
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    client.on('project.changed', () => (this.#dataset = null));
    client.on('labels.changed', () => this.#again());
    client.on('job.changed', ({ job }) => {
      if (job.kind === 'duplicates' && job.dataset === this.#dataset && job.status === 'done') this.#again();
    });
    onReconnect(() => this.#again());
  }

  /** Null before the first comparison. */
  get report(): DuplicateReport | null {
    return this.#report;
  }
  get list(): readonly DuplicateGroup[] {
    return this.#groups;
  }
  /** Groups that the filter leaves, shown or not. */
  get total(): number {
    return this.#total;
  }
  get only(): GroupFilter {
    return this.#only;
  }
  get near(): number {
    return this.#near;
  }
  /** The first answer has come. */
  get known(): boolean {
    return this.#known;
  }
  /** Why there is nothing to show. */
  get failure(): Failure | null {
    return this.#failure;
  }
  /** The comparison that waits or runs. */
  get job(): Job | null {
    return session.activeJobs.find(({ kind, dataset }) => kind === 'duplicates' && dataset === this.#dataset) ?? null;
  }

  open(dataset: number): void {
    if (dataset === this.#dataset) return;
    this.#dataset = dataset;
    this.#report = null;
    this.#groups = [];
    this.#known = false;
    this.#only = 'all';
    void this.#load(PAGE);
  }

  retry(): void {
    void this.#load(PAGE);
  }

  setNear(bits: number): void {
    this.#near = bits;
  }

  setOnly(only: GroupFilter): void {
    this.#only = only;
    void this.#load(PAGE);
  }

  more(): void {
    void this.#load(Math.min(MOST, this.#groups.length + PAGE));
  }

  /** Whether `more` has more to show: past two hundred, a filter or leaving out comes first. */
  get hasMore(): boolean {
    return this.#groups.length < Math.min(MOST, this.#total);
  }

  async compare(): Promise<void> {
    if (this.#dataset !== null) await call('duplicates.find', { dataset: this.#dataset, near: this.#near });
  }

  async exclude(what: DuplicateExclusion): Promise<void> {
    if (this.#dataset === null) return;
    const batch = await call('duplicates.exclude', { dataset: this.#dataset, exclude: what, annotator: me() });
    if (batch === null) return;
    const undo = { label: 'Undo', keys: 'Ctrl+Z', run: () => labels.undo() };
    notify({ text: `${plural(batch.changed, 'image')} left out`, kind: 'done', topic: 'label', action: undo });
  }

  /** Leaves one image out, or takes it in again. */
  setExcluded(image: number, name: string, excluded: boolean): void {
    labels.apply({
      on: { images: [image] },
      change: { kind: 'exclude', excluded },
      done: excluded ? `${name} left out` : `${name} taken in again`,
      focus: null,
      optimistic: () => () => undefined,
    });
  }

  #again(): void {
    if (this.#dataset === null) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(Math.max(PAGE, this.#groups.length)), PAUSE_MS);
  }

  async #load(limit: number): Promise<void> {
    const dataset = this.#dataset;
    if (dataset === null) return;
    const turn = ++this.#turn;
    const asked = { dataset, only: this.#only, offset: 0, limit };
    const report = await client.call('duplicates.report', { dataset });
    // Without a comparison there are no groups to ask for.
    const page = report.ok && report.value !== null ? await client.call('duplicates.groups', asked) : null;
    if (turn !== this.#turn) return;
    const failed = report.ok ? page : report;
    this.#failure = failed === null || failed.ok ? null : failed.error;
    if (this.#failure !== null || !report.ok) return;
    this.#report = report.value;
    this.#groups = page?.ok === true ? page.value.groups : [];
    this.#total = page?.ok === true ? page.value.total : 0;
    this.#known = true;
  }
}

export const groups = new Groups();
