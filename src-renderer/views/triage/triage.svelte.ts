import {
  QUEUES,
  type OpenedQueue,
  type QueueEntry,
  type QueueName,
  type QueueProgress,
} from '../../../src-shared/domain/queue.ts';
import type { Failure } from '../../../src-shared/domain/failure.ts';
import { client, onReconnect } from '../../api/client.ts';
import { imageUrl } from '../../api/media.ts';
import { busy } from '../../state/busy.svelte.ts';
import { call } from '../../state/call.ts';
import { me } from '../../state/me.ts';
import { notices } from '../../state/notices.svelte.ts';
import { router } from '../../state/router.svelte.ts';
import { session } from '../../state/session.svelte.ts';
import { parseSort } from '../gallery/sort.ts';

const PAGE = 50;
/** Pictures fetched ahead, so that the next face is there when its turn comes. */
const AHEAD = 2;

/** The queue that is worked down, and the image that is judged now. */
class Triage {
  #opened = $state.raw<OpenedQueue | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #progress = $state.raw<QueueProgress | null>(null);
  #entries = $state.raw<Readonly<Record<number, QueueEntry>>>({});
  #at = $state(0);
  #key = '';
  /** What the queue on screen was opened as; '' for none. */
  #shown = $state('');
  #opening = 0;
  /** Counts every move, so that an opening that was under way does not undo one. */
  #moves = 0;
  readonly #asked = new Set<number>();

  constructor() {
    client.on('labels.changed', ({ images }) => void this.#refresh(images));
    // Judged out of sample or predicted anew, the order is another.
    client.on('predictions.changed', ({ run, dataset }) => {
      const here = router.segments[0] === 'triage' && run === session.run?.id && dataset === session.dataset?.id;
      if (here) void this.open(true);
    });
    onReconnect(() => void this.open(true));
  }

  get queue(): QueueName {
    const wanted = router.segments[1];
    return QUEUES.find((one) => one === wanted) ?? 'mislabelled';
  }
  get opened(): OpenedQueue | null {
    return this.#opened;
  }
  get failure(): Failure | null {
    return this.#failure;
  }
  get progress(): QueueProgress | null {
    return this.#progress;
  }
  get total(): number {
    return this.#opened?.total ?? 0;
  }
  get at(): number {
    return this.#at;
  }
  /** False while another queue opens: what stands on screen then is the old one, and nobody means to judge it. */
  get settled(): boolean {
    return this.#shown === this.wanted;
  }
  get entry(): QueueEntry | undefined {
    return this.#entries[this.#at];
  }
  entryAt(index: number): QueueEntry | undefined {
    return this.#entries[index];
  }

  /** What the queue depends on, as one text: opened again when it changes. */
  get wanted(): string {
    const { queue } = this;
    const sort = queue === 'view' ? router.param('sort') : null;
    const parts = [
      session.project?.path,
      queue,
      session.dataset?.id,
      session.run?.id,
      session.query,
      sort,
      me(),
      router.param('min'),
      queue === 'second' ? router.param('round') : null,
    ];
    return JSON.stringify(parts);
  }

  /** Opens what the address asks for; `again` also where it is open. */
  async open(again = false): Promise<void> {
    const key = this.wanted;
    const dataset = session.dataset?.id;
    if (dataset === undefined || (key === this.#key && !again)) return;
    this.#key = key;
    const turn = ++this.#opening;
    const { key: sort, descending } = parseSort(router.param('sort'), session.run !== null);
    const min = Number(router.param('min') ?? NaN);
    const round = router.id('round');
    const result = await busy.track(
      client.call('queues.open', {
        queue: this.queue,
        dataset,
        run: session.run?.id ?? null,
        annotator: me(),
        ...(Number.isFinite(min) ? { threshold: min } : {}),
        ...(round !== null && this.queue === 'second' ? { round } : {}),
        q: session.query,
        sort,
        descending,
      }),
    );
    if (turn !== this.#opening) return;
    this.#failure = result.ok ? null : result.error;
    if (!result.ok) return;
    // Until its start is known the queue before stays, whole: a move made meanwhile counts for the new one.
    let at: number;
    let moves: number;
    do {
      moves = this.#moves;
      at = await this.#start(result.value.snapshot);
      if (turn !== this.#opening) return;
    } while (moves !== this.#moves);
    this.#asked.clear();
    this.#entries = {};
    this.#opened = result.value;
    this.#shown = key;
    this.#at = at;
    this.#want(at);
    void this.#refreshProgress();
  }

  /** Where work begins: at the image of the address, else at the first that is undecided. */
  async #start(snapshot: string): Promise<number> {
    const focus = router.id('focus');
    const found = focus === null ? -1 : await call('images.locate', { snapshot, image: focus });
    if (found !== null && found >= 0) return found;
    const next = await call('queues.next', { snapshot, annotator: me(), from: -1, backwards: false });
    return Math.max(0, next ?? 0);
  }

  go(index: number): void {
    if (this.total === 0) return;
    this.#moves += 1;
    this.#at = Math.min(this.total - 1, Math.max(0, index));
    this.#want(this.#at);
    this.#tellAddress();
  }

  /** The address names the image that is judged, once that is known. */
  #tellAddress(): void {
    const image = router.segments[0] === 'triage' ? this.entry?.row.id : undefined;
    if (image !== undefined && router.id('focus') !== image) router.set({ focus: image }, { replace: true });
  }

  step(by: number): void {
    this.go(this.#at + by);
  }

  /** To the next or previous image without a decision. */
  async toUnresolved(backwards: boolean): Promise<void> {
    const snapshot = this.#opened?.snapshot;
    if (snapshot === undefined) return;
    const next = await call('queues.next', { snapshot, annotator: me(), from: this.#at, backwards });
    if (next === null) return;
    if (next < 0) notices.announce('Every image of this queue is decided.');
    else this.go(next);
  }

  async focusOn(image: number): Promise<void> {
    const snapshot = this.#opened?.snapshot;
    if (snapshot === undefined) return;
    const index = await call('images.locate', { snapshot, image });
    if (index === null) return;
    if (snapshot !== this.#opened?.snapshot) return this.focusOn(image);
    if (index >= 0) this.go(index);
  }

  /** Shows a change at once; returns what takes it back. */
  patch(index: number, change: (entry: QueueEntry) => QueueEntry): () => void {
    const before = this.#entries[index];
    if (before === undefined) return () => undefined;
    this.#entries = { ...this.#entries, [index]: change(before) };
    return () => (this.#entries = { ...this.#entries, [index]: before });
  }

  #want(index: number): void {
    for (const page of new Set([index - PAGE / 2, index, index + PAGE / 2].map((at) => Math.floor(at / PAGE))))
      if (page >= 0 && page * PAGE < this.total && !this.#asked.has(page)) void this.#fetch(page);
    for (let ahead = 1; ahead <= AHEAD; ahead++) {
      const next = this.#entries[index + ahead];
      if (next !== undefined && next.row.status !== 'broken') new Image().src = imageUrl(next.row.id, next.row.box);
    }
  }

  async #fetch(page: number): Promise<void> {
    const snapshot = this.#opened?.snapshot;
    if (snapshot === undefined) return;
    this.#asked.add(page);
    const offset = page * PAGE;
    const result = await client.call('queues.page', { snapshot, annotator: me(), offset, limit: PAGE });
    if (snapshot !== this.#opened?.snapshot) return;
    if (!result.ok) {
      this.#asked.delete(page);
      if (result.error.kind === 'gone') await this.open(true);
      return;
    }
    const fetched = result.value.map((entry, at) => [offset + at, entry] as const);
    this.#entries = { ...this.#entries, ...Object.fromEntries(fetched) };
    this.#tellAddress();
  }

  /** What was labelled, here or elsewhere, as it stands now. */
  async #refresh(images: readonly number[] | null): Promise<void> {
    if (this.#opened === null) return;
    const touched = Object.entries(this.#entries).filter(([, { row }]) => images === null || images.includes(row.id));
    const pages = new Set(touched.map(([index]) => Math.floor(Number(index) / PAGE)));
    await Promise.all([...pages].map((page) => this.#fetch(page)));
    await this.#refreshProgress();
  }

  async #refreshProgress(): Promise<void> {
    const snapshot = this.#opened?.snapshot;
    if (snapshot === undefined) return;
    const progress = await client.call('queues.progress', { snapshot, annotator: me() });
    if (progress.ok && snapshot === this.#opened?.snapshot) this.#progress = progress.value;
  }
}

export const triage = new Triage();
