import type { Emit } from '../../../src-shared/contract/client.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { parseQuery } from '../../../src-shared/domain/query/parse.ts';
import type { SavedSlice } from '../../../src-shared/domain/saved-slice.ts';
import type { Workspace } from '../projects/workspace.ts';
import { requireDataset } from '../runs/context.ts';

/** Queries with a name: kept in the project, opened in the gallery, measured in Analysis. */
export class Slices {
  readonly #workspace: Pick<Workspace, 'require'>;
  readonly #emit: Emit;

  constructor(workspace: Pick<Workspace, 'require'>, emit: Emit) {
    this.#workspace = workspace;
    this.#emit = emit;
  }

  list(dataset: number): SavedSlice[] {
    return this.#workspace.require().store.slices.list(dataset);
  }

  /** @throws FailureError 'invalid' for a query that cannot be read, 'conflict' for a name that is taken, 'not-found'. */
  save(slice: Omit<SavedSlice, 'id'>): SavedSlice {
    const { store } = this.#workspace.require();
    requireDataset({ store }, slice.dataset);
    const parsed = parseQuery(slice.q);
    if (!parsed.ok)
      throw new FailureError({
        kind: 'invalid',
        message: parsed.problems[0]?.message ?? 'The filter cannot be read.',
        remedy: 'Correct or remove that word of the filter, then save it.',
      });
    const saved = { ...slice, name: slice.name.trim(), q: slice.q.trim() };
    const id = store.slices.insert(saved);
    this.#emit('slices.changed', { dataset: slice.dataset });
    return { ...saved, id };
  }

  /** @throws FailureError 'not-found', 'conflict' for a name that is taken. */
  rename(slice: number, name: string): void {
    const { store } = this.#workspace.require();
    const { dataset } = this.#require(slice);
    store.slices.rename(slice, name.trim());
    this.#emit('slices.changed', { dataset });
  }

  /** @throws FailureError 'not-found'. */
  remove(slice: number): void {
    const { dataset } = this.#require(slice);
    this.#workspace.require().store.slices.remove(slice);
    this.#emit('slices.changed', { dataset });
  }

  #require(slice: number): SavedSlice {
    const found = this.#workspace.require().store.slices.get(slice);
    if (found !== null) return found;
    throw new FailureError({
      kind: 'not-found',
      message: 'This slice is no longer there.',
      remedy: 'Somebody may have removed it: choose another one.',
    });
  }
}
