import { elsewhere, formatPlace, parsePlace, withParams, type ParamChanges, type Place } from './place.ts';

/** The address as state: views read it, and everything a link must restore is written to it. */
class Router {
  #place = $state.raw<Place>(parsePlace(location.hash));

  constructor() {
    const read = (): void => {
      this.#place = parsePlace(location.hash);
    };
    window.addEventListener('popstate', read);
    window.addEventListener('hashchange', read);
  }

  /** e.g. "/train/12" */
  get path(): string {
    return this.#place.path;
  }

  /** Parts of the path: ["train", "12"]. */
  get segments(): string[] {
    return this.#place.path.split('/').filter((part) => part !== '');
  }

  param(name: string): string | null {
    return this.#place.params[name] ?? null;
  }

  /** A parameter that is a row id, or null where it is missing or no whole number. */
  id(name: string): number | null {
    const text = this.param(name);
    return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
  }

  /** Address of another view; dataset, run, filter, sort and focus come along. */
  href(path: string, changes: ParamChanges = {}): string {
    return formatPlace(elsewhere(this.#place, path, changes));
  }

  go(path: string, changes: ParamChanges = {}): void {
    this.#move(elsewhere(this.#place, path, changes), false);
  }

  /** Changes parameters of this view. `replace`: without a step that Back would return to. */
  set(changes: ParamChanges, options: { replace?: boolean } = {}): void {
    this.#move(withParams(this.#place, changes), options.replace ?? false);
  }

  #move(place: Place, replace: boolean): void {
    const hash = formatPlace(place);
    if (hash === formatPlace(this.#place)) return;
    if (replace) history.replaceState(null, '', hash);
    else history.pushState(null, '', hash);
    this.#place = place;
  }
}

export const router = new Router();
