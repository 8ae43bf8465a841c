import type { Expression } from '../../../src-shared/domain/expression.ts';
import type { Failure } from '../../../src-shared/domain/failure.ts';
import type { ImageQuery, ImageRow } from '../../../src-shared/domain/image.ts';
import type { ImageSelection } from '../../../src-shared/domain/label.ts';
import { client, onReconnect } from '../../api/client.ts';
import { busy } from '../../state/busy.svelte.ts';
import { counts } from '../../state/counts.svelte.ts';
import { notices, notify, notifyFailure } from '../../state/notices.svelte.ts';
import { understood } from '../../state/query.ts';
import { router } from '../../state/router.svelte.ts';
import { session } from '../../state/session.svelte.ts';
import { plural } from '../../text/format.ts';
import { Rows } from './rows.svelte.ts';
import {
  EVERYTHING,
  includes,
  MOST_IDS,
  NOTHING,
  sizeOf,
  toRequest,
  toggled,
  withImages,
  type Selection,
} from './selection.ts';
import { parseSort, type Sort } from './sort.ts';

const ADDRESS_MS = 200;
/** While an import runs, the gallery fills at this pace. */
const REOPEN_MS = 1_000;

/** What the gallery shows: the snapshot of the query, the focused image and the selection. */
class Gallery {
  /** What the rows are of. */
  #dataset: number | null = null;
  #rows = $state.raw<Rows | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #focus = $state(-1);
  #focusImage = $state<number | null>(null);
  #selection = $state.raw<Selection>(NOTHING);
  /** Position from which Shift extends the selection. */
  #anchor = -1;
  #opening = 0;
  #addressTimer: ReturnType<typeof setTimeout> | undefined;
  #reopenTimer: ReturnType<typeof setTimeout> | undefined;
  /** The query that is shown, as text. */
  #shown = '';
  /** The focus that stands in the address because we wrote it there. */
  #written: number | null = null;
  /** Rises when the focus should be scrolled into view. */
  #reveal = $state(0);

  constructor() {
    client.on('labels.changed', ({ images }) => this.#rows?.refresh(images));
    client.on('predictions.changed', ({ run }) => this.#reopenSoon(run === session.run?.id));
    client.on('datasets.changed', ({ dataset }) => this.#reopenSoon(dataset === session.dataset?.id));
    onReconnect(() => this.#reopenSoon(true));
  }

  get rows(): Rows | null {
    return this.#rows;
  }
  /** Why there are no images to show; what was shown before stays, and then there is none. */
  get failure(): Failure | null {
    return this.#failure;
  }
  get total(): number {
    return this.#rows?.total ?? 0;
  }
  /** Position of the focused image, or -1. */
  get focus(): number {
    return this.#focus;
  }
  get focusImage(): number | null {
    return this.#focusImage;
  }
  get focusRow(): ImageRow | undefined {
    return this.#focus < 0 ? undefined : this.#rows?.at(this.#focus);
  }
  get reveal(): number {
    return this.#reveal;
  }
  get selection(): Selection {
    return this.#selection;
  }
  get selected(): number {
    return sizeOf(this.#selection, this.total);
  }

  get sort(): Sort {
    return parseSort(router.param('sort'), session.run !== null);
  }

  /** The query in the address, or null without a dataset. */
  get query(): ImageQuery | null {
    if (session.dataset === null) return null;
    const { key, descending } = this.sort;
    const run = session.run?.id ?? null;
    return { dataset: session.dataset.id, run, q: understood(session.query), sort: key, descending };
  }

  isSelected(image: number): boolean {
    return includes(this.#selection, image);
  }

  /** Shows what the address asks for; nothing happens when that is shown already, so that coming back changes nothing. */
  show(): void {
    const query = this.query;
    if (query === null) this.clear();
    else if (JSON.stringify(query) !== this.#shown) void this.#open(query, false);
  }

  /**
   * Runs a query. What is shown stays until the answer is here; the focus stays on its image where it can, unless the order
   * changes: then one wants to see what comes first.
   */
  async #open(query: ImageQuery, again: boolean): Promise<void> {
    const turn = ++this.#opening;
    const before = this.#shown;
    this.#shown = JSON.stringify(query);
    const result = await busy.track(client.call('images.open', query));
    if (turn !== this.#opening) return;
    this.#failure = result.ok || this.#rows !== null ? null : result.error;
    if (!result.ok) {
      this.#shown = '';
      const isTold = this.#failure !== null || result.error.kind === 'cancelled';
      if (!isTold) notifyFailure(result.error, () => void this.#open(query, again));
      return;
    }
    const opened = result.value;
    const rows = new Rows(opened.snapshot, opened.total, query.run, () => void this.#open(query, true));
    const navigated = router.id('focus') !== this.#written ? router.id('focus') : null;
    const wanted = navigated ?? (sameOrder(before, query) ? this.#focusImage : null);
    const at = wanted === null || opened.total === 0 ? -1 : await rows.locate(wanted);
    const focus = at >= 0 ? at : opened.total > 0 ? 0 : -1;
    if (focus >= 0) await busy.track(rows.load(focus));
    if (turn !== this.#opening) return;
    this.#rows = rows;
    this.#dataset = query.dataset;
    this.#focus = focus;
    this.#focusImage = rows.at(focus)?.id ?? null;
    this.#anchor = focus;
    if (!again || this.#selection.kind === 'all') this.#select(NOTHING);
    this.#reveal += 1;
    this.#tell();
    this.#writeFocus();
    notices.announce(plural(opened.total, 'image'));
  }

  clear(): void {
    this.#opening += 1;
    clearTimeout(this.#addressTimer);
    this.#shown = '';
    this.#rows = null;
    this.#failure = null;
    this.#focus = -1;
    this.#focusImage = null;
    this.#select(NOTHING);
    counts.tell(null, null, 0);
  }

  /** Moves the focus to a position; its row may still be on the way. */
  focusAt(index: number, options: { anchor?: boolean } = {}): void {
    if (index < 0 || index >= this.total) return;
    this.#focus = index;
    if (options.anchor ?? true) this.#anchor = index;
    this.#reveal += 1;
    const rows = this.#rows;
    const settle = (): void => {
      if (this.#focus !== index || rows !== this.#rows) return;
      this.#focusImage = rows?.at(index)?.id ?? null;
      this.#writeFocus();
    };
    settle();
    if (rows?.at(index) === undefined) void rows?.load(index).then(settle);
  }

  /** Back and links move the focus; what we wrote ourselves does not. */
  followAddress(): void {
    const image = router.id('focus');
    if (image === null || image === this.#written || this.#rows === null) return;
    this.#written = image;
    void this.focusOn(image);
  }

  /** Moves the focus to an image, wherever it is in this snapshot; one that it does not hold is left alone. */
  async focusOn(image: number): Promise<boolean> {
    const at = (await this.#rows?.locate(image)) ?? -1;
    if (at >= 0) this.focusAt(at);
    return at >= 0;
  }

  /** Goes to an image of the dataset; where the filter leaves it out, the filter gives way. */
  async goTo(image: number): Promise<void> {
    if (!(await this.focusOn(image))) router.set({ q: null, focus: image });
  }

  step(by: number): void {
    this.focusAt(Math.min(this.total - 1, Math.max(0, this.#focus + by)));
  }

  toggleAt(index: number): void {
    const row = this.#rows?.at(index);
    if (row === undefined) return;
    this.#anchor = index;
    this.#select(toggled(this.#selection, row.id));
  }

  /** Selects all from the anchor to a position and moves the focus there. */
  async extendTo(index: number): Promise<void> {
    const rows = this.#rows;
    if (rows === null || index < 0 || index >= this.total) return;
    const from = this.#anchor < 0 ? index : this.#anchor;
    this.focusAt(index, { anchor: false });
    const [low, high] = [Math.min(from, index), Math.max(from, index)];
    if (high - low >= MOST_IDS) {
      notify({
        text: `A range may hold ${plural(MOST_IDS, 'image')} at most.`,
        remedy: 'Select all with Ctrl+A, or filter first.',
        kind: 'error',
        topic: 'selection',
      });
      return;
    }
    const ids = await rows.ids(low, high);
    if (ids !== null && rows === this.#rows) this.#select(withImages({ kind: 'some', ids: new Set() }, ids));
  }

  selectAll(): void {
    this.#select(EVERYTHING);
  }
  selectNone(): void {
    this.#select(NOTHING);
  }

  /** What an action works on: the selection, else the focused image. Null when there is neither. */
  target(): { on: ImageSelection; images: number[]; count: number } | null {
    const rows = this.#rows;
    if (rows === null) return null;
    if (this.selected > 0) {
      const on = toRequest(this.#selection, rows.snapshot, this.total);
      if (on === null) return null;
      const images = 'images' in on ? on.images : rows.loaded.filter((image) => this.isSelected(image));
      return { on, images, count: this.selected };
    }
    const image = this.#focusImage;
    return image === null ? null : { on: { images: [image] }, images: [image], count: 1 };
  }

  #select(selection: Selection): void {
    this.#selection = selection;
    this.#tell();
  }

  #tell(): void {
    if (this.#rows !== null) counts.tell(this.#dataset, this.total, this.selected);
  }

  /** The address follows the focus, but not at every key: browsers limit how often it may change. */
  #writeFocus(): void {
    clearTimeout(this.#addressTimer);
    this.#addressTimer = setTimeout(() => {
      this.#written = this.#focusImage;
      router.set({ focus: this.#focusImage }, { replace: true });
    }, ADDRESS_MS);
  }

  #reopenSoon(concerned: boolean): void {
    if (!concerned || this.#rows === null || this.#reopenTimer !== undefined) return;
    this.#reopenTimer = setTimeout(() => {
      this.#reopenTimer = undefined;
      if (this.query !== null) void this.#open(this.query, true);
    }, REOPEN_MS);
  }
}

function sameOrder(shown: string, query: ImageQuery): boolean {
  if (shown === '') return true;
  const before = JSON.parse(shown) as ImageQuery;
  return before.sort === query.sort && before.descending === query.descending;
}

export const gallery = new Gallery();

/** The row after a label, before the server's answer: what one can know already. */
export function relabelled(row: ImageRow, label: Expression | null): ImageRow {
  const correct = label === null || row.prediction === null ? null : row.prediction === label;
  return { ...row, label, correct, reviewed: true, loss: null };
}
