/** Images that a model sees alike: nearest in the space of the features that its head reads. */
import type { SimilarImages } from '../../../src-shared/domain/similar.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Engine } from '../engine/interface.ts';
import type { Workspace } from '../projects/workspace.ts';
import type { Queries } from '../queries/queries.ts';
import { requireCheckpoint, requireDataset, requireRun } from '../runs/context.ts';
import { keepFeatures, placeOfFeatures } from '../runs/features.ts';
import { rowFilePaths } from '../runs/row-file.ts';

/** Features are computed where the engine chooses; the file's name says so. */
const DEVICE = 'auto';

export class Similar {
  readonly #workspace: Pick<Workspace, 'require'>;
  readonly #engine: Pick<Engine, 'features' | 'inspect'>;
  readonly #queries: Pick<Queries, 'ask'>;

  /** @param queries a thread of its own: looking through the features of a million images takes seconds. */
  constructor(
    workspace: Pick<Workspace, 'require'>,
    engine: Pick<Engine, 'features' | 'inspect'>,
    queries: Pick<Queries, 'ask'>,
  ) {
    this.#workspace = workspace;
    this.#engine = engine;
    this.#queries = queries;
  }

  /** @throws FailureError 'not-found' for an unknown image or run; 'conflict' for a run without weights. */
  async nearest({ image, run, limit }: { image: number; run: number; limit: number }): Promise<SimilarImages> {
    const { store } = this.#workspace.require();
    const { size, checkpointHash } = requireRun({ store }, run);
    const detail = store.images.detail(image, null);
    if (detail === null)
      throw new FailureError({
        kind: 'not-found',
        message: `There is no image ${image} in this project.`,
        remedy: 'It may have been removed with its dataset: go back to the gallery.',
      });
    const { folder, name, width } = placeOfFeatures(store.folder, { hash: checkpointHash ?? '', size }, DEVICE);
    const files = rowFilePaths(folder, name);
    const request = { image, dataset: detail.dataset, ...files, width, limit };
    const { neighbours, known, missing } = await this.#queries.ask('nearest', store.folder, request);
    const rows = store.images.rows(neighbours?.map((one) => one.image) ?? [], run);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return {
      known,
      missing,
      neighbours:
        neighbours?.flatMap(({ image: id, similarity }) => {
          const row = byId.get(id);
          return row === undefined ? [] : [{ row, similarity }];
        }) ?? null,
    };
  }

  /** Queues the features that a dataset still lacks for a run's model. */
  startFeatures({ run, dataset }: { run: number; dataset: number }): { job: number } {
    const { store, jobs } = this.#workspace.require();
    const found = requireRun({ store }, run);
    const { name } = requireDataset({ store }, dataset);
    const checkpoint = requireCheckpoint({ store }, found);
    const files = store.images.files(dataset, null);
    const spec = {
      kind: 'features',
      title: `Features of ${name} by ${found.name}`,
      unit: 'images',
      lane: 'engine',
    } as const;
    const job = jobs.start({ ...spec, run, dataset }, async (body) => {
      const info = await this.#engine.inspect(checkpoint);
      const context = { store, engine: this.#engine };
      const { failed } = await keepFeatures(context, { checkpoint, info, device: DEVICE }, files, body.signal, (done) =>
        body.progress(done, files.length),
      );
      body.progress(files.length, files.length, failed > 0 ? `${failed} files could not be read` : '');
    });
    return { job };
  }
}
