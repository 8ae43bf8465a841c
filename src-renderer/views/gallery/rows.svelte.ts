import { SvelteMap } from 'svelte/reactivity';
import type { ImageRow } from '../../../src-shared/domain/image.ts';
import { client } from '../../api/client.ts';
import { call } from '../../state/call.ts';
import { notifyFailure } from '../../state/notices.svelte.ts';
import { Bookkeeping } from './bookkeeping.ts';

export const PAGE = 200;
/** Pages kept: 12,000 rows, a few megabytes. */
const MOST_PAGES = 60;
const AT_ONCE = 2;
const REFRESH_MS = 30;

/** A window on a snapshot's rows: fetched by pages as they come into view, dropped when far away. */
export class Rows {
  readonly snapshot: string;
  readonly total: number;
  readonly run: number | null;
  readonly #onGone: () => void;
  readonly #pages = new SvelteMap<number, readonly ImageRow[]>();
  readonly #books = new Bookkeeping();
  #wanted: [first: number, last: number] = [0, 0];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onGone called when the service no longer knows the snapshot: it must be opened again. */
  constructor(snapshot: string, total: number, run: number | null, onGone: () => void) {
    this.snapshot = snapshot;
    this.total = total;
    this.run = run;
    this.#onGone = onGone;
  }

  /** The row at a position, once it is here. */
  at(index: number): ImageRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Position of an image among the rows that are here. */
  known(image: number): number | undefined {
    return this.#books.positions.get(image);
  }

  /** Position of an image in the snapshot, or -1. */
  async locate(image: number): Promise<number> {
    return this.known(image) ?? (await call('images.locate', { snapshot: this.snapshot, image })) ?? -1;
  }

  /** Asks for what is in view; pages that are no longer wanted when their turn comes are skipped. */
  want(first: number, last: number): void {
    this.#wanted = [Math.floor(Math.max(0, first) / PAGE), Math.floor(Math.max(0, last) / PAGE)];
    this.#pump();
  }

  /** Loads the page of a position and waits for it. */
  async load(index: number): Promise<void> {
    const page = Math.floor(index / PAGE);
    if (!this.#pages.has(page)) await this.#fetch(page);
  }

  /** Ids from one position to another, both included; fetches what is not here. Null after a failure. */
  async ids(from: number, to: number): Promise<number[] | null> {
    const ids: number[] = [];
    for (let index = from; index <= to; index++) {
      if (this.at(index) === undefined) await this.load(index);
      const row = this.at(index);
      if (row === undefined) return null;
      ids.push(row.id);
    }
    return ids;
  }

  /** Changes rows at once; returns what puts them back as they were. */
  patch(images: Iterable<number>, change: (row: ImageRow) => ImageRow): () => void {
    const before: ImageRow[] = [];
    for (const image of images) {
      const index = this.#books.positions.get(image);
      const row = index === undefined ? undefined : this.at(index);
      if (row === undefined) continue;
      before.push(row);
      this.#put(change(row));
    }
    return () => {
      for (const row of before) this.#put(row);
    };
  }

  /** Ids of all rows that are here. */
  get loaded(): number[] {
    return [...this.#books.positions.keys()];
  }

  /** Fetches rows again, soon and together; null: all that are here. */
  refresh(images: readonly number[] | null): void {
    for (const image of images ?? this.loaded) if (this.#books.positions.has(image)) this.#books.stale.add(image);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#refetch(), REFRESH_MS);
  }

  async #refetch(): Promise<void> {
    const images = [...this.#books.stale];
    this.#books.stale.clear();
    for (let i = 0; i < images.length; i += 1_000) {
      const rows = await call('images.rows', { images: images.slice(i, i + 1_000), run: this.run });
      for (const row of rows ?? []) this.#put(row);
    }
  }

  #put(row: ImageRow): void {
    const index = this.#books.positions.get(row.id);
    if (index === undefined) return;
    const page = this.#pages.get(Math.floor(index / PAGE));
    if (page !== undefined) this.#pages.set(Math.floor(index / PAGE), page.with(index % PAGE, row));
  }

  #pump(): void {
    const [first, last] = this.#wanted;
    for (let page = first; page <= last && this.#books.loading.size < AT_ONCE; page++) {
      if (!this.#pages.has(page) && !this.#books.loading.has(page) && page * PAGE < this.total) void this.#fetch(page);
    }
  }

  async #fetch(page: number): Promise<void> {
    this.#books.loading.add(page);
    const result = await client.call('images.page', { snapshot: this.snapshot, offset: page * PAGE, limit: PAGE });
    this.#books.loading.delete(page);
    if (!result.ok) {
      if (result.error.kind === 'gone' || result.error.kind === 'not-found') this.#onGone();
      else notifyFailure(result.error, () => void this.#fetch(page));
      return;
    }
    this.#pages.set(page, result.value);
    for (const [i, row] of result.value.entries()) this.#books.positions.set(row.id, page * PAGE + i);
    this.#drop();
    this.#pump();
  }

  /** Forgets the pages farthest from the view. */
  #drop(): void {
    const middle = (this.#wanted[0] + this.#wanted[1]) / 2;
    while (this.#pages.size > MOST_PAGES) {
      let far = -1;
      for (const page of this.#pages.keys())
        if (far < 0 || Math.abs(page - middle) > Math.abs(far - middle)) far = page;
      for (const row of this.#pages.get(far) ?? []) this.#books.positions.delete(row.id);
      this.#pages.delete(far);
    }
  }
}
