import { boxText, type Box } from '../../src-shared/domain/box.ts';
import { CAM_FACES, CAM_METHODS, camTitle, type CamMethod } from '../../src-shared/domain/cam.ts';
import { EXPRESSION_FACES, type Expression } from '../../src-shared/domain/expression.ts';
import type { Failure } from '../../src-shared/domain/failure.ts';
import { argmax } from '../../src-shared/metrics/vich.ts';
import type { Explanation } from '../../src-shared/domain/run.ts';
import type { CamMap } from '../../src-shared/metrics/cam.ts';
import { explanations, type Asked } from './explanations.svelte.ts';
import { notices } from './notices.svelte.ts';
import { session } from './session.svelte.ts';
import { settings } from './settings.svelte.ts';

const REST_MS = 120;

/** One class's map out of an explanation; null for a class that the run does not know. */
export function mapOf({ height, width, cams, classes }: Explanation, target: Expression): CamMap | null {
  const index = classes.indexOf(target);
  if (index < 0) return null;
  return { values: cams.subarray(index * height * width, (index + 1) * height * width), height, width };
}

export function predictedOf({ classes, mu }: Pick<Explanation, 'classes' | 'mu'>): Expression | null {
  return classes[argmax(mu)] ?? null;
}

/** Class-activation map over the face: whether it is shown, of which kind, for which class. */
class Cam {
  #on = $state(false);
  /** Null: the predicted class, whichever it is. */
  #target = $state<Expression | null>(null);
  #place = $state.raw<Omit<Asked, 'method'> | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #asked = $derived.by<Asked | null>(() =>
    this.#place === null ? null : { ...this.#place, method: this.method },
  );

  get on(): boolean {
    return this.#on;
  }
  /** The kind of map; a run without VICH has no variance to explain. */
  get method(): CamMethod {
    const wanted = settings.get('camMethod');
    const known = CAM_METHODS.find((one) => one === wanted) ?? 'gradcam';
    return known === 'logvar' && !this.knowsVariance ? 'gradcam' : known;
  }
  get knowsVariance(): boolean {
    return session.run?.vich ?? true;
  }
  get chosen(): Expression | null {
    return this.#target;
  }
  get failure(): Failure | null {
    return explanations.failure(this.#asked);
  }
  /** The maps of the image that is asked for, once they are here. */
  get explanation(): Explanation | null {
    return explanations.of(this.#asked);
  }
  get waiting(): boolean {
    return this.#asked !== null && this.explanation === null && this.failure === null;
  }
  /** Class whose map is shown. */
  get target(): Expression | null {
    const found = this.explanation;
    if (found === null) return this.#target;
    return this.#target !== null && found.classes.includes(this.#target) ? this.#target : predictedOf(found);
  }

  get map(): CamMap | null {
    const found = this.explanation;
    const target = this.target;
    return found === null || target === null ? null : mapOf(found, target);
  }
  /** "Grad-CAM for Fear" */
  get title(): string {
    const target = this.target;
    return target === null ? CAM_FACES[this.method].title : camTitle(this.method, EXPRESSION_FACES[target].title);
  }

  toggle(): void {
    this.#on = !this.#on;
    notices.announce(`${CAM_FACES[this.method].title} ${this.#on ? 'on' : 'off'}`);
  }

  choose(target: Expression | null): void {
    this.#target = target;
    this.#on = true;
  }

  chooseMethod(method: CamMethod): void {
    settings.set('camMethod', method);
    this.#on = true;
    this.#ask(0);
  }

  nextClass(): void {
    const classes = this.explanation?.classes ?? [];
    const now = this.target;
    if (classes.length === 0 || now === null) return;
    const next = classes[(classes.indexOf(now) + 1) % classes.length] ?? null;
    this.choose(next);
    if (next !== null) notices.announce(camTitle(this.method, EXPRESSION_FACES[next].title));
  }

  nextMethod(): void {
    const able = CAM_METHODS.filter((one) => one !== 'logvar' || this.knowsVariance);
    const next = able[(able.indexOf(this.method) + 1) % able.length] ?? 'gradcam';
    this.chooseMethod(next);
    notices.announce(`${CAM_FACES[next].title}. ${CAM_FACES[next].sentence}`);
  }

  fade(by: number): void {
    const opacity = Math.min(1, Math.max(0, Math.round((settings.get('camOpacity') + by) * 100) / 100));
    settings.set('camOpacity', opacity);
    notices.announce(`Opacity ${Math.round(opacity * 100)}%`);
  }

  /** The image that is looked at, and the face in it; nothing is computed until it has rested there. Null: none. */
  follow(image: number | null, run: number | null, face: Box | null): void {
    const place = image === null || run === null ? null : { image, run, face };
    const same = placeText(place) === placeText(this.#place);
    if (same && this.failure === null) return;
    if (!same) this.#place = place;
    this.#ask(REST_MS);
  }

  #ask(after: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#asked !== null) void explanations.ask(this.#asked);
    }, after);
  }
}

function placeText(place: Omit<Asked, 'method'> | null): string {
  return place === null ? '' : `${place.run}/${place.image}/${place.face === null ? '' : boxText(place.face)}`;
}

export const cam = new Cam();
