import { randomUUID } from 'node:crypto';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type {
  AttributeSample,
  Facets,
  ImageDetail,
  ImageQuery,
  ImageRow,
  SigmaRank,
} from '../../../src-shared/domain/image.ts';
import type { ImageSelection } from '../../../src-shared/domain/label.ts';
import type { OpenProject, Workspace } from '../projects/workspace.ts';
import type { Queries } from '../queries/queries.ts';

/** A query's ids in order, as they were when it was opened. */
interface Snapshot {
  readonly opened: OpenProject;
  readonly ids: Int32Array;
  readonly run: number | null;
}

/** Snapshots kept: a few views, each with the one before. */
const KEPT = 8;

/** Reads images in the order of a query. Labelling never moves a tile: what is shown is a snapshot of ids. */
export class Gallery {
  readonly #workspace: Workspace;
  readonly #queries: Pick<Queries, 'ask' | 'facets'>;
  /** The one used last stands at the end. */
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(workspace: Workspace, queries: Pick<Queries, 'ask' | 'facets'>) {
    this.#workspace = workspace;
    this.#queries = queries;
  }

  /** @throws FailureError 'invalid' for a filter that cannot be read, 'not-found' for an unknown dataset. */
  async open(query: ImageQuery): Promise<{ snapshot: string; total: number }> {
    const opened = this.#workspace.require();
    this.#dropClosed(opened);
    this.#requireDataset(opened, query.dataset);
    const ids = await this.#queries.ask('select', opened.store.folder, query);
    // Another project may have been opened meanwhile: these ids mean nothing in it.
    if (this.#workspace.require() !== opened) throw gone();
    return this.keep(ids, query.run);
  }

  /** Keeps an order that was made elsewhere, as if a query had given it. */
  keep(ids: Int32Array, run: number | null): { snapshot: string; total: number } {
    const opened = this.#workspace.require();
    const snapshot = randomUUID();
    this.#snapshots.set(snapshot, { opened, ids, run });
    for (const oldest of this.#snapshots.keys()) {
      if (this.#snapshots.size <= KEPT) break;
      this.#snapshots.delete(oldest);
    }
    return { snapshot, total: ids.length };
  }

  /** Tiles from `offset`; fewer at the end. @throws FailureError 'gone' for a snapshot that is no longer kept. */
  page({ snapshot, offset, limit }: { snapshot: string; offset: number; limit: number }): ImageRow[] {
    const { opened, ids, run } = this.#snapshot(snapshot);
    return opened.store.images.rows([...ids.subarray(offset, offset + limit)], run);
  }

  /** Tiles by id; unknown ids are left out. */
  rows({ images, run }: { images: readonly number[]; run: number | null }): ImageRow[] {
    return this.#workspace.require().store.images.rows(images, run);
  }

  /** Position of an image in a snapshot, or -1. */
  locate({ snapshot, image }: { snapshot: string; image: number }): number {
    return this.#snapshot(snapshot).ids.indexOf(image);
  }

  /** Counted beside everything else: the grid never waits for them. */
  facets(query: Pick<ImageQuery, 'dataset' | 'run' | 'q'>): Promise<Facets> {
    const opened = this.#workspace.require();
    this.#requireDataset(opened, query.dataset);
    return this.#queries.facets(opened.store.folder, query);
  }

  attributes(dataset: number): AttributeSample[] {
    return this.#workspace.require().store.images.sampleAttributes(dataset);
  }

  /** Where an image's sigma stands within its predicted class. */
  sigmaRank(request: { image: number; run: number }): Promise<SigmaRank | null> {
    return this.#queries.ask('sigmaRank', this.#workspace.require().store.folder, request);
  }

  /** @throws FailureError 'not-found' for an unknown image. */
  get({ image, run }: { image: number; run: number | null }): ImageDetail {
    const detail = this.#workspace.require().store.images.detail(image, run);
    if (detail !== null) return detail;
    throw new FailureError({
      kind: 'not-found',
      message: `There is no image ${image} in this project.`,
      remedy: 'It may have been removed with its dataset: go back to the gallery.',
    });
  }

  /** The images of a selection. @throws FailureError 'gone' when its snapshot is no longer kept. */
  idsOf(on: ImageSelection): Int32Array {
    if ('images' in on) return Int32Array.from(on.images);
    const { ids } = this.#snapshot(on.snapshot);
    if (on.except.length === 0) return ids;
    const except = new Set(on.except);
    return ids.filter((id) => !except.has(id));
  }

  #snapshot(key: string): Snapshot {
    const kept = this.#snapshots.get(key);
    if (kept === undefined || kept.opened !== this.#workspace.require()) throw gone();
    this.#snapshots.delete(key);
    this.#snapshots.set(key, kept);
    return kept;
  }

  /** Ids of a project that was closed mean nothing in the next one. */
  #dropClosed(opened: OpenProject): void {
    for (const [key, kept] of this.#snapshots) if (kept.opened !== opened) this.#snapshots.delete(key);
  }

  #requireDataset(opened: OpenProject, dataset: number): void {
    if (opened.store.datasets.has(dataset)) return;
    throw new FailureError({
      kind: 'not-found',
      message: `There is no dataset ${dataset} in this project.`,
      remedy: 'Choose one of the list of datasets.',
    });
  }
}

function gone(): FailureError {
  return new FailureError({
    kind: 'gone',
    message: 'This view of the gallery is no longer kept.',
    remedy: 'Ask for the query again.',
  });
}
