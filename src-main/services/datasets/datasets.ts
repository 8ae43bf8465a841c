import type { Emit } from '../../../src-shared/contract/client.ts';
import type {
  Dataset,
  ImportCandidate,
  ImportPreview,
  ImportReport,
  ImportRequest,
} from '../../../src-shared/domain/dataset.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { cacheFolder } from '../files/cache.ts';
import { renderThumbnail } from '../images/render.ts';
import type { Workspace } from '../projects/workspace.ts';
import { detectSource } from './detect.ts';
import { runImport } from './import.ts';
import type { ImportOrder } from './import.ts';
import { previewSource } from './preview.ts';
import { checkPlan } from './split-plan.ts';
import { removeSpools } from './spool.ts';

/** Previews whose thumbnails can still be asked for. */
const PREVIEWS = 8;
const PREVIEW_SIZE = 192;

/** Datasets of the open project, and the way new ones come in: detect, preview, import. */
export class Datasets {
  readonly #workspace: Pick<Workspace, 'require'>;
  readonly #emit: Emit;
  /** Files behind a preview's thumbnails, the oldest preview first. */
  readonly #previews = new Map<string, readonly string[]>();

  constructor(workspace: Pick<Workspace, 'require'>, emit: Emit) {
    this.#workspace = workspace;
    this.#emit = emit;
  }

  list(): Dataset[] {
    return this.#workspace.require().store.datasets.list();
  }

  /** Removes the dataset's rows, labels and predictions; its files stay. Throws FailureError 'not-found'. */
  remove(dataset: number): void {
    const { store } = this.#workspace.require();
    if (store.datasets.get(dataset) === null) throw unknownDataset(dataset);
    store.datasets.remove(dataset);
    this.#emit('datasets.changed', { dataset });
  }

  /** Ways to read a source, the best first. Throws FailureError 'not-found' or 'unreadable'. */
  detect(source: string): Promise<ImportCandidate[]> {
    return detectSource(source);
  }

  /** What an import would do; its thumbnails can be asked for until eight more previews were made. */
  async preview(request: ImportRequest): Promise<ImportPreview> {
    const { preview, files } = await previewSource(request);
    this.#previews.set(preview.preview, files);
    const [oldest] = this.#previews.keys();
    if (this.#previews.size > PREVIEWS && oldest !== undefined) this.#previews.delete(oldest);
    return preview;
  }

  /**
   * A preview's thumbnail, WebP; null for an unknown one. Throws FailureError 'unreadable' where the file changed
   * since.
   */
  async previewImage(preview: string, index: number): Promise<{ bytes: Buffer; type: string } | null> {
    const file = this.#previews.get(preview)?.[index];
    return file === undefined ? null : { bytes: await renderThumbnail(file, PREVIEW_SIZE), type: 'image/webp' };
  }

  /**
   * Starts an import. Its job ends when the dataset stands; `jobs.finished(job)` then names the dataset and `report`
   * tells.
   * @throws FailureError 'conflict' for a name that is taken, 'invalid' for shares that do not sum to 1.
   */
  startImport(order: ImportOrder): { job: number } {
    const { store, jobs } = this.#workspace.require();
    const name = order.name.trim();
    if (store.datasets.byName(name) !== null)
      throw new FailureError({
        kind: 'conflict',
        message: `A dataset of this project is already called “${name}”.`,
        remedy: 'Choose another name, or remove that dataset first.',
      });
    if (order.split !== undefined) checkPlan(order.split);
    const job = jobs.start(
      { kind: 'import', title: `Import ${name}`, unit: 'images', lane: 'files' },
      async (context) => {
        const { dataset } = await runImport(store, { ...order, name }, context);
        this.#emit('datasets.changed', { dataset });
      },
    );
    return { job };
  }

  /** What the import of a dataset told. Throws FailureError 'not-found'. */
  report(dataset: number): ImportReport {
    const report = this.#workspace.require().store.datasets.report(dataset);
    if (report === null) throw unknownDataset(dataset);
    return report;
  }

  /**
   * Removes files that a killed import left behind (its rows go when the project is opened); for after opening a
   * project.
   */
  async sweep(): Promise<void> {
    const { project, jobs } = this.#workspace.require();
    const alive = ['queued', 'running'];
    await removeSpools(cacheFolder(project.path), (job) => alive.includes(jobs.get(job)?.status ?? ''));
  }
}

function unknownDataset(dataset: number): FailureError {
  return new FailureError({
    kind: 'not-found',
    message: `There is no dataset ${dataset} in this project.`,
    remedy: 'Choose one from the list of datasets.',
  });
}
