import type { ImageSelection } from '../../../src-shared/domain/label.ts';

/** Chosen images: some by id, or a whole snapshot but some. A million chosen images are one word and a short list. */
export type Selection =
  | { readonly kind: 'some'; readonly ids: ReadonlySet<number> }
  | { readonly kind: 'all'; readonly except: ReadonlySet<number> };

export const NOTHING: Selection = { kind: 'some', ids: new Set() };
export const EVERYTHING: Selection = { kind: 'all', except: new Set() };
/** The contract's limit on listed ids. */
export const MOST_IDS = 10_000;

export function sizeOf(selection: Selection, total: number): number {
  return selection.kind === 'some' ? selection.ids.size : total - selection.except.size;
}

export function includes(selection: Selection, image: number): boolean {
  return selection.kind === 'some' ? selection.ids.has(image) : !selection.except.has(image);
}

function without(set: ReadonlySet<number>, ids: readonly number[]): Set<number> {
  const rest = new Set(set);
  for (const id of ids) rest.delete(id);
  return rest;
}

export function withImages(selection: Selection, ids: readonly number[]): Selection {
  return selection.kind === 'some'
    ? { kind: 'some', ids: new Set([...selection.ids, ...ids]) }
    : { kind: 'all', except: without(selection.except, ids) };
}

export function withoutImages(selection: Selection, ids: readonly number[]): Selection {
  return selection.kind === 'some'
    ? { kind: 'some', ids: without(selection.ids, ids) }
    : { kind: 'all', except: new Set([...selection.except, ...ids]) };
}

export function toggled(selection: Selection, image: number): Selection {
  return includes(selection, image) ? withoutImages(selection, [image]) : withImages(selection, [image]);
}

/** As the services take it; null when nothing is chosen. */
export function toRequest(selection: Selection, snapshot: string, total: number): ImageSelection | null {
  if (sizeOf(selection, total) === 0) return null;
  return selection.kind === 'some' ? { images: [...selection.ids] } : { snapshot, except: [...selection.except] };
}
