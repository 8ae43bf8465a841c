import type { Emit } from '../../../src-shared/contract/client.ts';
import type {
  Dataset,
  FilesFound,
  ImportCandidate,
  ImportOrder,
  ImportPreview,
  ImportProblem,
  ImportReport,
  ImportRequest,
  InterruptedImport,
} from '../../../src-shared/domain/dataset.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { forgetComparison } from '../duplicates/kept.ts';
import { renderPixels, renderThumbnail } from '../images/render.ts';
import type { Workspace } from '../projects/workspace.ts';
import type { Store, UnfinishedImport } from '../store/interface.ts';
import { detectSource } from './detect.ts';
import { exportProblems } from './export-problems.ts';
import { discardImport, runImport } from './import.ts';
import { removeDataset } from './own-files.ts';
import { previewSource } from './preview.ts';
import type { PreviewWithFiles } from './preview.ts';
import { lookAgain, lookForFiles, repoint } from './repoint.ts';
import { checkPlan } from './split-plan.ts';

/** Previews whose thumbnails can still be asked for. */
const PREVIEWS = 8;
const PREVIEW_SIZE = 192;

/** Datasets of the open project, and the way new ones come in: detect, preview, import. */
export class Datasets {
  readonly #workspace: Pick<Workspace, 'require'>;
  readonly #emit: Emit;
  /** Files behind a preview's thumbnails, the oldest preview first. */
  readonly #previews = new Map<string, PreviewWithFiles['files']>();
  /** Projects and names of the datasets that a job is importing now. */
  readonly #running = new Set<string>();

  constructor(workspace: Pick<Workspace, 'require'>, emit: Emit) {
    this.#workspace = workspace;
    this.#emit = emit;
  }

  list(): Dataset[] {
    return this.#workspace.require().store.datasets.list();
  }

  /**
   * Removes the dataset's rows, labels and predictions, and the image files that its import wrote into the project; files
   * elsewhere stay. Throws FailureError 'not-found'.
   */
  async remove(dataset: number): Promise<void> {
    const { store } = this.#workspace.require();
    if (store.datasets.get(dataset) === null) throw unknownDataset(dataset);
    await removeDataset(store, dataset);
    await forgetComparison(store, dataset);
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
    const sample = this.#previews.get(preview)?.[index];
    if (sample === undefined) return null;
    const bytes =
      'pixels' in sample
        ? await renderPixels(sample.pixels, PREVIEW_SIZE)
        : await renderThumbnail(sample.file, PREVIEW_SIZE, sample.box);
    return { bytes, type: 'image/webp' };
  }

  /**
   * Starts an import. Its job ends when the dataset stands; `jobs.finished(job)` then names the dataset and `report`
   * tells.
   * @throws FailureError 'conflict' for a name that is taken, 'invalid' for shares that do not sum to 1.
   */
  startImport(order: ImportOrder): { job: number } {
    const { store, jobs } = this.#workspace.require();
    const name = order.name.trim();
    const key = runningKey(store, name);
    if (store.datasets.byName(name) !== null || this.#running.has(key))
      throw new FailureError({
        kind: 'conflict',
        message: `A dataset of this project is already called “${name}”.`,
        remedy: 'Choose another name, or remove that dataset first.',
      });
    if (order.split !== undefined) checkPlan(order.split);
    this.#running.add(key);
    const job = jobs.start(
      { kind: 'import', title: `Import ${name}`, unit: 'images', lane: 'files' },
      async (context) => {
        const { dataset } = await runImport(store, { ...order, name }, context);
        this.#emit('datasets.changed', { dataset });
      },
    );
    void jobs.finished(job).finally(() => this.#running.delete(key));
    return { job };
  }

  /** What the import of a dataset told. Throws FailureError 'not-found'. */
  report(dataset: number): ImportReport {
    const report = this.#workspace.require().store.datasets.report(dataset);
    if (report === null) throw unknownDataset(dataset);
    return report;
  }

  /** Problems of the import of a dataset after the one with this id. Throws FailureError 'not-found'. */
  problems(dataset: number, after: number, limit: number): (ImportProblem & { id: number })[] {
    const { store } = this.#workspace.require();
    if (store.datasets.get(dataset) === null) throw unknownDataset(dataset);
    return store.imports.problems(dataset, after, limit);
  }

  /**
   * Writes all problems of the import of a dataset as CSV: path, kind, reason; its report lists the first of them.
   * @throws FailureError 'not-found', and those of writing.
   */
  async exportProblems(dataset: number, out: string): Promise<{ problems: number }> {
    const { store } = this.#workspace.require();
    if (store.datasets.get(dataset) === null) throw unknownDataset(dataset);
    return exportProblems(store.imports, dataset, out);
  }

  /** Whether the dataset's files lie where they should. Throws FailureError 'not-found'. */
  files(dataset: number): Promise<FilesFound> {
    return lookForFiles(this.#workspace.require().store, dataset);
  }

  /**
   * Points a dataset at the folder that its images have moved to; those that were missing are then looked at again, in
   * a job.
   * @throws FailureError 'not-found', 'conflict' for other images of the same names.
   */
  async repoint(dataset: number, folder: string): Promise<FilesFound & { job: number | null }> {
    const { store } = this.#workspace.require();
    const found = await repoint(store, dataset, folder);
    this.#emit('datasets.changed', { dataset });
    const moved = store.datasets.get(dataset);
    if (moved === null || moved.broken === 0) return { ...found, job: null };
    return { ...found, ...this.#lookAgain(moved, 'broken') };
  }

  /**
   * Looks again at every file of a dataset, in a job: those that were replaced since are other pictures, whose predictions are stale.
   * @throws FailureError 'not-found'.
   */
  lookAgain(dataset: number): { job: number } {
    const found = this.#workspace.require().store.datasets.get(dataset);
    if (found === null) throw unknownDataset(dataset);
    return this.#lookAgain(found, 'all');
  }

  #lookAgain({ id: dataset, name }: Dataset, which: 'all' | 'broken'): { job: number } {
    const { store, jobs } = this.#workspace.require();
    const title = `Look again at ${name}`;
    const job = jobs.start({ kind: 'import', title, unit: 'images', lane: 'files', dataset }, async (context) => {
      await lookAgain(store, dataset, which, context);
      this.#emit('datasets.changed', { dataset });
    });
    return { job };
  }

  /** Imports that were cut short: each can go on, or be taken back. */
  interrupted(): InterruptedImport[] {
    const { store } = this.#workspace.require();
    return this.#waiting(store).map(({ dataset, name, progress }) => ({
      dataset,
      name,
      source: progress.order.source,
      done: Math.min(progress.entries, progress.total),
      total: progress.total,
    }));
  }

  /** Goes on with an import that was cut short. Throws FailureError 'not-found'. */
  resumeImport(dataset: number): { job: number } {
    const { store } = this.#workspace.require();
    const found = this.#waiting(store).find((one) => one.dataset === dataset);
    if (found === undefined) throw unknownDataset(dataset);
    return this.startImport(found.progress.order);
  }

  /** Takes back what is stored of an import that was cut short. Throws FailureError 'not-found'. */
  async discardImport(dataset: number): Promise<void> {
    const { store } = this.#workspace.require();
    const found = this.#waiting(store).find((one) => one.dataset === dataset);
    if (found === undefined) throw unknownDataset(dataset);
    await discardImport(store, found);
    this.#emit('datasets.changed', { dataset });
  }

  /** Unfinished imports that no job of this process is at. */
  #waiting(store: Store): UnfinishedImport[] {
    return store.imports.unfinished().filter(({ name }) => !this.#running.has(runningKey(store, name)));
  }
}

function runningKey(store: Store, name: string): string {
  return `${store.folder}\0${name.toLowerCase()}`;
}

function unknownDataset(dataset: number): FailureError {
  return new FailureError({
    kind: 'not-found',
    message: `There is no dataset ${dataset} in this project.`,
    remedy: 'Choose one from the list of datasets.',
  });
}
