/** Models coming in from elsewhere and leaving for elsewhere. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { Emit } from '../../../src-shared/contract/client.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { ModelExport } from '../../../src-shared/domain/model.ts';
import type { Examination, ModelFormat, ModelPrecision, OrderCheck } from '../../../src-shared/domain/model.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Engine } from '../engine/interface.ts';
import { writeTextFile } from '../files/write.ts';
import type { JobContext } from '../jobs/interface.ts';
import { requireCheckpoint, requireRun } from '../runs/context.ts';
import type { OpenProject, RunContext } from '../runs/context.ts';
import { importRun } from '../runs/import.ts';
import { checkpointFolder } from '../runs/checkpoint-folder.ts';
import { writeBundle } from './bundle.ts';
import type { BundleReport } from './bundle.ts';
import { checkOrders } from './check.ts';
import { comparisonOf } from './comparison.ts';
import { withFolder } from './staging.ts';

export interface ImportOrder {
  readonly path: string;
  /** What the outputs mean, in order. */
  readonly order: readonly Expression[];
  /** Which of two heads was trained, where the file holds both. */
  readonly vich?: boolean | undefined;
  readonly name?: string | undefined;
}

/** An export of a run's checkpoint. */
export interface RunExport {
  readonly run: number;
  readonly format: ModelFormat;
  readonly precision: ModelPrecision;
  readonly out: string;
}

/** Longest list of past exports that is kept for a run. */
const KEPT = 100;

/** Every method but `exportFile` and `examine` works on the project that is open, and throws FailureError. */
export class Models {
  readonly #project: OpenProject;
  readonly #engine: Engine;
  readonly #emit: Emit;
  readonly #python: string;

  /** @param python folder of what goes into a bundle for PyTorch. */
  constructor(project: OpenProject, engine: Engine, emit: Emit, python: string) {
    this.#project = project;
    this.#engine = engine;
    this.#emit = emit;
    this.#python = python;
  }

  /** Reads a file of any origin safely and says what of it is POSTER-Var. */
  examine(path: string, vich?: boolean): Promise<Examination> {
    return this.#engine.examine({ file: path, ...(vich !== undefined && { vich }) });
  }

  /** Runs the foreign model on a few images, and measures what each known class order would give on labelled ones. */
  check(request: {
    path: string;
    vich?: boolean | undefined;
    dataset: number | null;
    split: string | null;
  }): Promise<OrderCheck> {
    return checkOrders(this.#context(), request);
  }

  /** A foreign model becomes a run of the project, under the order that was chosen. */
  async import({ path, order, vich, name }: ImportOrder): Promise<Run> {
    const context = this.#context();
    const found = await this.examine(path, vich);
    const ours =
      found.format === 'safetensors' &&
      found.order?.join() === order.join() &&
      (vich ?? found.model?.vich) === found.model?.vich;
    // One of our own is taken over as it is, byte for byte.
    if (ours) return importRun(context, path, name?.trim() || undefined);
    return withFolder(async (folder) => {
      const out = join(folder, nameOf(path));
      await this.#engine.adopt({ file: path, classes: order, ...(vich !== undefined && { vich }), out });
      return importRun(context, out, name?.trim() || undefined, undefined, path);
    });
  }

  /** Starts an export of a run; the file stands only if its numbers agree with the app's own. */
  startExport(request: RunExport): { job: number; result: Promise<ModelExport> } {
    const context = this.#context();
    const run = requireRun(context, request.run);
    requireAbsolute(request.out);
    const title = `Export ${run.name} as ${request.format}`;
    return this.#job(context, run, title, () => this.#export(context, run, request));
  }

  /** Exports of a run, the last first. */
  async exports(run: number): Promise<ModelExport[]> {
    const context = this.#context();
    requireRun(context, run);
    return readExports(context, run);
  }

  /** A checkpoint that belongs to no project: compared on generated images. */
  exportFile(checkpoint: string, request: Omit<RunExport, 'run'>): Promise<ModelExport> {
    return this.#engine.exportModel({ checkpoint, ...request, images: [], labelled: [], facts: {} });
  }

  /** Starts writing a folder with all that a colleague needs to reproduce the accuracy without this program. */
  startBundle(request: { run: number; out: string }): { job: number; result: Promise<BundleReport> } {
    const context = this.#context();
    const run = requireRun(context, request.run);
    requireAbsolute(request.out);
    const write = (job: JobContext): Promise<BundleReport> =>
      writeBundle(
        context,
        run,
        request.out,
        job,
        (one) => this.#write(context, run, { ...one, run: run.id }),
        this.#python,
      );
    return this.#job(context, run, `Bundle of ${run.name}`, write);
  }

  #write(context: RunContext, run: Run, { format, precision, out }: RunExport): Promise<ModelExport> {
    const checkpoint = requireCheckpoint(context, run);
    const { images, labelled, facts } = comparisonOf(context.store, run);
    return this.#engine.exportModel({ checkpoint, format, precision, out, images, labelled, facts });
  }

  async #export(context: RunContext, run: Run, request: RunExport): Promise<ModelExport> {
    const done = await this.#write(context, run, request);
    const kept = [done, ...(await readExports(context, run.id))].slice(0, KEPT);
    await writeTextFile(exportsFile(context, run.id), [JSON.stringify(kept, null, 2)]);
    return done;
  }

  #job<T>(
    { jobs }: RunContext,
    run: Run,
    title: string,
    body: (job: JobContext) => Promise<T>,
  ): { job: number; result: Promise<T> } {
    const result = Promise.withResolvers<T>();
    // Whoever only follows the job never looks at it.
    result.promise.catch(() => undefined);
    const job = jobs.start({ kind: 'export', title, unit: 'files', lane: 'engine', run: run.id }, async (context) => {
      try {
        result.resolve(await body(context));
      } catch (thrown) {
        result.reject(thrown);
        throw thrown;
      }
    });
    return { job, result: result.promise };
  }

  #context(): RunContext {
    const { store, jobs } = this.#project.require();
    return { store, jobs, engine: this.#engine, emit: this.#emit };
  }
}

function exportsFile({ store }: RunContext, run: number): string {
  return join(checkpointFolder(store.folder, run), 'exports.json');
}

async function readExports(context: RunContext, run: number): Promise<ModelExport[]> {
  const text = await readFile(exportsFile(context, run), 'utf8').catch(() => '[]');
  const read = z.array(ModelExport).safeParse(JSON.parse(text));
  return read.success ? read.data : [];
}

/** The file's own name, as the run will be called: "rafdb.pth.tar" gives "rafdb". */
function nameOf(path: string): string {
  const stem = (path.split(/[/\\]/).at(-1) ?? 'model').replace(/\.(pth|pt|tar|bin|safetensors)(\.tar)?$/i, '');
  return `${stem || 'model'}.safetensors`;
}

function requireAbsolute(out: string): void {
  if (isAbsolute(out)) return;
  throw new FailureError({
    kind: 'invalid',
    message: 'The place to write to is not a full path.',
    remedy: 'Choose a folder first.',
  });
}
