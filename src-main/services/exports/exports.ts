import { isAbsolute } from 'node:path';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import {
  LABEL_FORMAT_FACTS,
  PREDICTION_FORMAT_FACTS,
  type CurveFormat,
  type ExportRequest,
  type LabelExport,
  type PredictionExport,
} from '../../../src-shared/domain/export.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { quoteValue } from '../../../src-shared/domain/query/format.ts';
import type { JobContext } from '../jobs/interface.ts';
import type { Workspace } from '../projects/workspace.ts';
import type { Store } from '../store/interface.ts';
import type { Queries } from '../queries/queries.ts';
import type { CurveFile } from './curves/curves.ts';
import { writeLabels } from './labels.ts';
import { writePredictions } from './predictions/write.ts';
import type { Scope } from './rows.ts';

/** Bytes that go to a page in one message. */
const MOST_TO_HAND = 8_000_000;

/** What an export wrote. */
export interface ExportResult {
  readonly images: number;
  readonly leftOut: number;
}

/** Takes labels and predictions out of the open project, as jobs. */
export class Exports {
  readonly #workspace: Pick<Workspace, 'require'>;
  readonly #queries: Pick<Queries, 'ask'>;

  constructor(workspace: Pick<Workspace, 'require'>, queries: Pick<Queries, 'ask'>) {
    this.#workspace = workspace;
    this.#queries = queries;
  }

  /** What a run measured while it trained, made beside the services. @throws FailureError 'not-found', 'conflict'. */
  curves(request: { run: number; format: CurveFormat }): Promise<CurveFile> {
    return this.#queries.ask('curves', this.#workspace.require().store.folder, request);
  }

  /** The same for a page, as a message: never so much that packing it would hold up others. @throws FailureError 'conflict'. */
  async curvesToHand(request: { run: number; format: CurveFormat }): Promise<CurveFile> {
    const file = await this.curves(request);
    if (file.bytes.length <= MOST_TO_HAND) return file;
    throw new FailureError({
      kind: 'conflict',
      message: `${file.name} has ${Math.round(file.bytes.length / 1e6)} MB: too much to download from here.`,
      remedy: `Write it with the command line: export ${request.format === 'npz' ? 'dynamics' : 'metrics'} --run ${request.run}.`,
    });
  }

  /**
   * Starts an export. Until it is whole nothing stands under its name; cancelled or failed, it leaves nothing.
   * @throws FailureError 'not-found' for an unknown dataset, version or run, 'invalid' for what a format cannot hold.
   */
  async start(request: ExportRequest): Promise<{ job: number; result: Promise<ExportResult> }> {
    const { store, jobs } = this.#workspace.require();
    const material = { store, queries: this.#queries };
    if (!isAbsolute(request.out))
      throw new FailureError({
        kind: 'invalid',
        message: 'The place to write to is not a full path.',
        remedy: 'Choose a folder first.',
      });
    const body = await (request.what === 'labels' ? labelBody(material, request) : predictionBody(material, request));
    const { title } =
      request.what === 'labels' ? LABEL_FORMAT_FACTS[request.format] : PREDICTION_FORMAT_FACTS[request.format];
    const result = Promise.withResolvers<ExportResult>();
    // Whoever only follows the job never looks at it.
    result.promise.catch(() => undefined);
    const job = jobs.start(
      { kind: 'export', title: `Export ${request.what} as ${title}`, unit: 'images', lane: 'files' },
      async (context) => {
        try {
          const { images, leftOut } = await body(context);
          const rest = leftOut === 0 ? '' : `, ${leftOut.toLocaleString('en')} left out`;
          context.progress(images + leftOut, images + leftOut, `${images.toLocaleString('en')} images${rest}`);
          result.resolve({ images, leftOut });
        } catch (thrown) {
          result.reject(thrown);
          throw thrown;
        }
      },
    );
    return { job, result: result.promise };
  }
}

type Body = (job: JobContext) => Promise<ExportResult>;

/** What is read, and what looks for it. */
interface Source {
  readonly store: Store;
  readonly queries: Pick<Queries, 'ask'>;
}

async function labelBody(source: Source, request: LabelExport): Promise<Body> {
  const { store } = source;
  const scopes = await Promise.all(
    chosenDatasets(store, request.dataset).map((dataset) => scopeOf(source, dataset, request)),
  );
  if (request.format !== 'csv' && scopes.length !== 1)
    throw new FailureError({
      kind: 'invalid',
      message: `${LABEL_FORMAT_FACTS[request.format].title} holds one dataset.`,
      remedy: 'Choose which dataset to export.',
    });
  if (!LABEL_FORMAT_FACTS[request.format].files.includes(request.files))
    throw new FailureError({
      kind: 'invalid',
      message: `${LABEL_FORMAT_FACTS[request.format].title} cannot ${request.files} image files.`,
      remedy: `It can ${LABEL_FORMAT_FACTS[request.format].files.join(' or ')} them.`,
    });
  return (job) => writeLabels(store, scopes, request, job);
}

async function predictionBody(source: Source, request: PredictionExport): Promise<Body> {
  const { store } = source;
  const run = store.runs.get(request.run);
  if (run === null) throw unknown('run', request.run);
  const scopes = await Promise.all(
    chosenDatasets(store, request.dataset).map((dataset) =>
      scopeOf(source, dataset, { q: withSplit(request), run: run.id, version: null }),
    ),
  );
  return (job) => writePredictions(store, run, scopes, request, job);
}

/** The split as a word of the query language. */
function withSplit({ q, split }: PredictionExport): string {
  return split === null ? q : `${q} split:${quoteValue(split)}`.trim();
}

async function scopeOf(
  { store, queries }: Source,
  dataset: Dataset,
  { q, run, version }: Pick<LabelExport, 'q' | 'run' | 'version'>,
): Promise<Scope> {
  const found = version === null ? null : store.versions.get(version);
  if (version !== null && (found === null || found.dataset !== dataset.id)) throw unknown('version', version);
  const wanted = { dataset: dataset.id, run, q, sort: 'id', descending: false } as const;
  const ids = await queries.ask('select', store.folder, wanted);
  return {
    dataset,
    ids,
    point: version === null ? null : store.versions.point(version),
    versionName: found?.name ?? null,
  };
}

function chosenDatasets(store: Store, dataset: number | null): Dataset[] {
  if (dataset === null) return store.datasets.list();
  const found = store.datasets.get(dataset);
  if (found === null) throw unknown('dataset', dataset);
  return [found];
}

function unknown(what: 'dataset' | 'version' | 'run', id: number): FailureError {
  return new FailureError({
    kind: 'not-found',
    message: `There is no ${what} ${id} in this project.`,
    remedy: `Choose one from the list of ${what}s.`,
  });
}
