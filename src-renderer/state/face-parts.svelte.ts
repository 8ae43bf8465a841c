import { STANDARD_FACE, type Region } from '../../src-shared/metrics/regions.ts';
import { cam } from './cam.svelte.ts';
import { notices } from './notices.svelte.ts';
import { session } from './session.svelte.ts';

/** Landmarks and facial regions over the face: whether they are shown, and whose points they are. */
class FaceParts {
  #points = $state(false);
  #regions = $state(false);
  /** The region under the pointer or the focus, in the list of shares. */
  #looked = $state<Region | null>(null);

  get points(): boolean {
    return this.#points;
  }
  get regions(): boolean {
    return this.#regions;
  }
  get looked(): Region | null {
    return this.#looked;
  }

  /** The model's landmarks of the image that is looked at; a standard face where it gives none; null while nothing is known. */
  get landmarks(): ArrayLike<number> | null {
    const found = cam.explanation;
    return found === null ? null : (found.landmarks ?? STANDARD_FACE);
  }
  /** Whether they are the model's own. */
  get own(): boolean {
    return (cam.explanation?.landmarks ?? null) !== null;
  }

  /** It is known that the model gives no landmarks: it has none, or they were never trained. */
  get none(): boolean {
    return session.run?.size === 'tiny' || (cam.explanation !== null && !this.own);
  }

  look(region: Region | null): void {
    this.#looked = region;
  }

  togglePoints(): void {
    if (this.none) {
      notices.announce('This model gives no landmarks: its landmark branch was not trained on them');
      return;
    }
    this.#points = !this.#points;
    notices.announce(`Landmarks ${this.#points ? 'on' : 'off'}`);
  }

  toggleRegions(): void {
    this.#regions = !this.#regions;
    notices.announce(`Regions of the face ${this.#regions ? 'on' : 'off'}`);
  }
}

export const faceParts = new FaceParts();
