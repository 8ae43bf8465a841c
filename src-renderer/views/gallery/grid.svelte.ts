import { settings } from '../../state/settings.svelte.ts';
import { gallery } from './gallery.svelte.ts';
import { layOut, moved, offsetOf, rowsAt, type Layout, type Move } from './geometry.ts';

const FAST_PX_PER_S = 4_000;

/** Size and scroll position of the grid; kept while the gallery is not shown, so that coming back changes nothing. */
class Grid {
  #width = $state(0);
  #height = $state(0);
  #scrollTop = $state(0);
  /** Position of the content; differs from scrollTop where the scroll space is scaled. */
  #offset = $state(0);
  #lastMove = 0;
  #speed = 0;
  readonly #layout = $derived(layOut(this.#width, this.#height, settings.get('tile'), gallery.total));
  readonly #first = $derived(rowsAt(this.#layout, this.#offset)[0]);
  readonly #last = $derived(rowsAt(this.#layout, this.#offset)[1]);

  get layout(): Layout {
    return this.#layout;
  }
  get firstRow(): number {
    return this.#first;
  }
  get lastRow(): number {
    return this.#last;
  }
  get offset(): number {
    return this.#offset;
  }
  get scrollTop(): number {
    return this.#scrollTop;
  }
  get measured(): boolean {
    return this.#width > 0 && this.#height > 0;
  }
  /** Tiles race past: their pictures can wait. */
  get fast(): boolean {
    return this.#speed > FAST_PX_PER_S && performance.now() - this.#lastMove < 100;
  }

  resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
  }

  /** The scroll bar has moved. `offset` is told where the content's place is known more exactly than the bar can say. */
  scrolled(scrollTop: number, offset = offsetOf(this.#layout, scrollTop)): void {
    const now = performance.now();
    this.#speed = (Math.abs(offset - this.#offset) / Math.max(1, now - this.#lastMove)) * 1_000;
    this.#lastMove = now;
    this.#scrollTop = scrollTop;
    this.#offset = offset;
  }

  moved(move: Move): number {
    return moved(this.#layout, Math.max(0, gallery.focus), move);
  }
}

export const grid = new Grid();
