import type { Emit } from '../../../src-shared/contract/client.ts';
import type { Version, VersionDifference } from '../../../src-shared/domain/version.ts';
import type { Workspace } from '../projects/workspace.ts';
import type { Queries } from '../queries/queries.ts';
import { requireDataset } from '../runs/context.ts';
import { contentsAt } from './content-hash.ts';
import { requireVersion } from './difference.ts';
import type { Compared } from './difference.ts';

/** Named states of a dataset's labels: made, compared, gone back to. */
export class Versions {
  readonly #workspace: Pick<Workspace, 'require'>;
  readonly #emit: Emit;
  readonly #annotator: string;

  readonly #queries: Pick<Queries, 'ask'>;

  constructor(workspace: Pick<Workspace, 'require'>, emit: Emit, annotator: string, queries: Pick<Queries, 'ask'>) {
    this.#workspace = workspace;
    this.#emit = emit;
    this.#annotator = annotator;
    this.#queries = queries;
  }

  /** The newest first; what changed since each is counted beside the services. @throws FailureError 'not-found' for an unknown dataset. */
  list(dataset: number): Promise<Version[]> {
    return this.#queries.ask('versions', this.#workspace.require().store.folder, { dataset });
  }

  /**
   * Names the labels as they are at this moment; what is labelled while the version is hashed does not belong to it.
   * @throws FailureError 'conflict' for a name that is taken, 'not-found'.
   */
  async create({ dataset, name, note }: { dataset: number; name: string; note: string }): Promise<Version> {
    const { store } = this.#workspace.require();
    requireDataset({ store }, dataset);
    const point = store.versions.lastLine(dataset);
    const at = new Date().toISOString();
    const contents = await contentsAt(store, dataset, point);
    const id = store.versions.insert({
      dataset,
      name: name.trim(),
      note: note.trim(),
      annotator: this.#annotator,
      at,
      point,
      ...contents,
    });
    this.#emit('versions.changed', { dataset });
    return requireVersion(store, id);
  }

  /** What differs between two versions of a dataset, or from one to now (null); looked for beside the services. */
  difference(request: Compared): Promise<VersionDifference> {
    return this.#queries.ask('versionDifference', this.#workspace.require().store.folder, request);
  }

  /** Forgets the name; the labels and their history stay. */
  remove(version: number): void {
    const { store } = this.#workspace.require();
    const { dataset } = requireVersion(store, version);
    store.versions.remove(version);
    this.#emit('versions.changed', { dataset });
  }
}
