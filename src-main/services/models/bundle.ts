/** The hand-off bundle: one folder from which a colleague reproduces a run's accuracy without this program. */
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { ModelExport, ModelFormat } from '../../../src-shared/domain/model.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { PREPROCESSING } from '../engine/preprocessing.ts';
import { writePredictions } from '../exports/predictions/write.ts';
import { fileHash } from '../files/hash.ts';
import { writeFailure, writeTextFile } from '../files/write.ts';
import type { JobContext } from '../jobs/interface.ts';
import { requireDataset } from '../runs/context.ts';
import type { RunContext } from '../runs/context.ts';
import { PASSPORT_FILE, passportOf } from '../passports/passports.ts';
import { bundleReadme } from './bundle-readme.ts';
import { factsOf, validationOf } from './comparison.ts';

export interface BundleReport {
  readonly folder: string;
  readonly files: readonly string[];
  /** Predictions of the validation split in it. */
  readonly predictions: number;
  /** Accuracy on the labelled ones of them, which the README's lines reproduce; null without labels. */
  readonly accuracy: number | null;
  readonly exports: readonly ModelExport[];
}

type Write = (one: { format: ModelFormat; precision: 'float32'; out: string }) => Promise<ModelExport>;

const MODELS: readonly (readonly [ModelFormat, string])[] = [
  ['safetensors', 'model.safetensors'],
  ['pth', 'model.pth'],
  ['onnx', 'model.onnx'],
];

const NETWORK = 'poster_var.py';

/**
 * @param python folder of `poster_var.py`, the network for PyTorch.
 * Written beside its place and put there when it is whole.
 * @throws FailureError 'conflict' for a folder that has something in it, or without a validation split; and of the exports.
 */
export async function writeBundle(
  context: RunContext,
  run: Run,
  out: string,
  job: JobContext,
  write: Write,
  python: string,
): Promise<BundleReport> {
  const { store } = context;
  const place = validationOf(store, run);
  if (place === null) {
    throw new FailureError({
      kind: 'conflict',
      message: `The run "${run.name}" has no validation split whose predictions could go into a bundle.`,
      remedy: 'Let it predict a dataset with a split named "val" or "test" first, or export the model alone.',
    });
  }
  await requireEmpty(out);
  const dataset = requireDataset(context, place.dataset);
  const parent = dirname(out);
  await mkdir(parent, { recursive: true }).catch((cause: unknown) => {
    throw writeFailure(parent, cause);
  });
  const folder = await mkdtemp(join(parent, `.${basename(out)}-`)).catch((cause: unknown) => {
    throw writeFailure(parent, cause);
  });
  try {
    const exports: ModelExport[] = [];
    for (const [index, [format, name]] of MODELS.entries()) {
      job.signal.throwIfAborted();
      job.progress(index, MODELS.length + 2, name);
      const done = await write({ format, precision: 'float32', out: join(folder, name) });
      exports.push({ ...done, file: name });
    }
    const ids = Int32Array.from(store.images.files(place.dataset, place.split), ({ id }) => id);
    const scope = { dataset, ids, point: null, versionName: null };
    const { images } = await writePredictions(
      store,
      run,
      [scope],
      { format: 'csv', out: join(folder, 'predictions.csv') },
      null,
    );
    const accuracy = accuracyOf(context, run, place);
    await writeTextFile(join(folder, 'classes.txt'), [`${run.classes.join('\n')}\n`]);
    await writeTextFile(join(folder, 'preprocessing.json'), [json(PREPROCESSING)]);
    // Its sizes are the published ones.
    if (run.size === 'paper') {
      await writeTextFile(join(folder, NETWORK), [await readFile(join(python, NETWORK), 'utf8')]);
    }
    const passport = await passportIfAny(context, run);
    if (passport !== null) await writeTextFile(join(folder, PASSPORT_FILE), [passport]);
    const about = { run, dataset, split: place.split, accuracy, images };
    await writeTextFile(join(folder, 'README.md'), [bundleReadme(about)]);
    const names = (await readdir(folder)).toSorted();
    const hashes = new Map<string, string>();
    for (const name of names) hashes.set(name, await fileHash(join(folder, name)));
    await writeTextFile(join(folder, 'manifest.json'), [
      json({
        format: 'poster-var-bundle/1',
        ...factsOf(store, run),
        run: {
          name: run.name,
          size: run.size,
          vich: run.vich,
          layerEmbedding: run.layerEmbedding,
          settings: run.settings,
        },
        classes: run.classes,
        data: { dataset: dataset.name, root: dataset.root, split: place.split, images, accuracy },
        verification: exports,
        sha256: Object.fromEntries(hashes),
      }),
    ]);
    await putInPlace(folder, out);
    return { folder: out, files: [...names, 'manifest.json'].toSorted(), predictions: images, accuracy, exports };
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw job.signal.aborted
      ? new FailureError({ kind: 'cancelled', message: 'The bundle was cancelled.', remedy: '' })
      : cause;
  }
}

/** Its file's text; null for a run without one. */
async function passportIfAny({ store }: RunContext, run: Run): Promise<string | null> {
  try {
    return (await passportOf(store, run)).text;
  } catch (thrown) {
    if (thrown instanceof FailureError && thrown.failure.kind === 'conflict') return null;
    throw thrown;
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function requireEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder).catch(() => []);
  if (entries.length === 0) return;
  throw new FailureError({
    kind: 'conflict',
    message: `The folder ${folder} is not empty.`,
    remedy: 'Choose a new folder: nothing is ever overwritten there.',
  });
}

async function putInPlace(from: string, to: string): Promise<void> {
  try {
    // An empty folder may stand there already.
    await rm(to, { recursive: false, force: true }).catch(() => undefined);
    await rename(from, to);
  } catch (cause) {
    throw writeFailure(to, cause);
  }
}

function accuracyOf(
  { store }: RunContext,
  run: Run,
  { dataset, split }: { dataset: number; split: string },
): number | null {
  const rows = store.images.rows(
    store.images.files(dataset, split).map(({ id }) => id),
    run.id,
  );
  // Labels that the model has no class for are left out, as the README's lines do.
  const known = rows.filter(({ correct, label }) => correct !== null && label !== null && run.classes.includes(label));
  return known.length === 0 ? null : known.filter(({ correct }) => correct).length / known.length;
}
