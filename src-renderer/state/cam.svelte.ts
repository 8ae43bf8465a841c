import { boxText, type Box } from '../../src-shared/domain/box.ts';
import { EXPRESSION_FACES, type Expression } from '../../src-shared/domain/expression.ts';
import type { Failure } from '../../src-shared/domain/failure.ts';
import { argmax } from '../../src-shared/metrics/vich.ts';
import type { Explanation } from '../../src-shared/domain/run.ts';
import { client } from '../api/client.ts';
import type { CamMap } from '../plots/cam.ts';
import { notices } from './notices.svelte.ts';
import { settings } from './settings.svelte.ts';

const REST_MS = 120;
/** Maps of all classes of an image are 1.4 kB. */
const MOST_KEPT = 200;

/** Grad-CAM: whether it is shown, for which class, and the maps that have been computed. */
class Cam {
  #on = $state(false);
  /** Null: the predicted class, whichever it is. */
  #target = $state<Expression | null>(null);
  #current = $state('');
  #kept = $state.raw<ReadonlyMap<string, Explanation>>(new Map());
  #failure = $state.raw<Failure | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  get on(): boolean {
    return this.#on;
  }
  get chosen(): Expression | null {
    return this.#target;
  }
  get failure(): Failure | null {
    return this.#failure;
  }
  /** The maps of the image that is asked for, once they are here. */
  get explanation(): Explanation | null {
    return this.#kept.get(this.#current) ?? null;
  }
  get waiting(): boolean {
    return this.#current !== '' && this.explanation === null && this.#failure === null;
  }
  /** Class whose map is shown. */
  get target(): Expression | null {
    const found = this.explanation;
    if (found === null) return this.#target;
    const predicted = found.classes[argmax(found.mu)] ?? null;
    return this.#target !== null && found.classes.includes(this.#target) ? this.#target : predicted;
  }

  get map(): CamMap | null {
    const found = this.explanation;
    const target = this.target;
    if (found === null || target === null) return null;
    const { height, width, cams, classes } = found;
    const at = classes.indexOf(target) * height * width;
    return { values: cams.subarray(at, at + height * width), height, width };
  }

  toggle(): void {
    this.#on = !this.#on;
    notices.announce(this.#on ? 'Grad-CAM on' : 'Grad-CAM off');
  }

  choose(target: Expression | null): void {
    this.#target = target;
    this.#on = true;
  }

  nextClass(): void {
    const classes = this.explanation?.classes ?? [];
    const now = this.target;
    if (classes.length === 0 || now === null) return;
    const next = classes[(classes.indexOf(now) + 1) % classes.length] ?? null;
    this.choose(next);
    if (next !== null) notices.announce(`Grad-CAM for ${EXPRESSION_FACES[next].title}`);
  }

  fade(by: number): void {
    const opacity = Math.min(1, Math.max(0, Math.round((settings.get('camOpacity') + by) * 100) / 100));
    settings.set('camOpacity', opacity);
    notices.announce(`Opacity ${Math.round(opacity * 100)}%`);
  }

  /** The image that is looked at, and the face in it; nothing is computed until it has rested there. Null: none. */
  follow(image: number | null, run: number | null, face: Box | null): void {
    const key = image === null || run === null ? '' : `${run}/${image}/${face === null ? '' : boxText(face)}`;
    if (key === this.#current && this.#failure === null) return;
    clearTimeout(this.#timer);
    this.#current = key;
    this.#failure = null;
    if (image === null || run === null || this.#kept.has(key)) return;
    this.#timer = setTimeout(() => void this.#fetch(image, run, key), REST_MS);
  }

  async #fetch(image: number, run: number, key: string): Promise<void> {
    const result = await client.call('runs.explain', { run, image });
    if (result.ok) {
      this.#kept = new Map([...[...this.#kept].slice(1 - MOST_KEPT), [key, result.value]]);
    } else if (key === this.#current) this.#failure = result.error;
  }
}

export const cam = new Cam();
