/** Writes a checkpoint in a format of others, reads the file again, runs it, and lets it stand only if its numbers agree. */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { ACCURACY_TOLERANCE, EXPORT_TOLERANCE } from '../../../../src-shared/domain/model.ts';
import type { ModelExport } from '../../../../src-shared/domain/model.ts';
import { loadCheckpoint, saveCheckpoint } from '../checkpoint/checkpoint.ts';
import type { LoadedCheckpoint } from '../checkpoint/checkpoint.ts';
import { adopt } from '../checkpoint/adopt.ts';
import { replaceFile } from '../checkpoint/durable.ts';
import { encodeMeta } from '../checkpoint/metadata.ts';
import { convertPyTorch } from '../checkpoint/pytorch/convert.ts';
import { pytorchFile } from '../checkpoint/pytorch/write.ts';
import type { ExportRequest } from '../interface.ts';
import { openClassifier } from '../runtime/inference.ts';
import { onnxFile } from './onnx-file.ts';
import { openOnnxFile } from './onnx-session.ts';
import { compareOutputs, readSamples } from './verify.ts';
import type { Outputs, Runner, Samples } from './verify.ts';

const BATCH = 8;

/**
 * @throws FailureError 'invalid' when the file's numbers differ too much: it is removed, and a file that stood there before is
 * unharmed; 'unsupported' for a precision that the format has not; 'disk-full' or 'unavailable'.
 */
export async function exportModel(request: ExportRequest): Promise<ModelExport> {
  const { checkpoint, format, precision, out } = request;
  if (precision !== 'float32' && format !== 'onnx') {
    throw new FailureError({
      kind: 'unsupported',
      message: `A ${format} file is written in float32 only.`,
      remedy: 'Choose ONNX for float16 or int8.',
    });
  }
  const loaded = loadCheckpoint(checkpoint);
  const samples = await readSamples(request.images, request.labelled, precision !== 'float32');
  // Beside its place: a failed export leaves what stood there before.
  const temporary = join(dirname(out), `.${process.pid}.${Date.now()}.part`);
  try {
    write(loaded, request, temporary);
    const app = await run(await appRunner(loaded), samples);
    const file = await run(await fileRunner(loaded, request, temporary), samples);
    const found = judge(compareOutputs(app, file, samples), request);
    const hash = createHash('sha256').update(readFileSync(temporary)).digest('hex');
    const bytes = statSync(temporary).size;
    renameSync(temporary, out);
    const { images, source } = samples;
    return { file: out, format, precision, bytes, hash, images, source, ...found, createdAt: new Date().toISOString() };
  } finally {
    rmSync(temporary, { force: true });
  }
}

function write(loaded: LoadedCheckpoint, { format, precision, facts }: ExportRequest, file: string): void {
  const extra = { ...facts, sourceHash: loaded.info.hash };
  if (format === 'safetensors') saveCheckpoint(file, loaded.weights, loaded, extra);
  else if (format === 'pth') replaceFile(file, pytorchFile(loaded.weights, encodeMeta(loaded, extra)));
  else replaceFile(file, [onnxFile(loaded.weights, loaded, precision, extra)]);
}

async function appRunner({ weights, config }: LoadedCheckpoint): Promise<Runner> {
  return openClassifier(weights, config, 'cpu', BATCH);
}

/** The file as another program would read it. */
async function fileRunner(loaded: LoadedCheckpoint, { format }: ExportRequest, file: string): Promise<Runner> {
  if (format === 'onnx') return openOnnxFile(file, loaded.config);
  if (format === 'safetensors') return appRunner(loadCheckpoint(file));
  const plain = `${file}.safetensors`;
  const again = `${file}.again`;
  try {
    convertPyTorch(file, plain);
    adopt(plain, { classes: loaded.classes, vich: loaded.config.vich, out: again, extra: {} });
    return await appRunner(loadCheckpoint(again));
  } finally {
    rmSync(plain, { force: true });
    rmSync(again, { force: true });
  }
}

async function run(runner: Runner, { pixels, count }: Samples): Promise<Outputs> {
  try {
    return await runner.run(pixels, count);
  } finally {
    await runner.dispose();
  }
}

function judge(
  { difference, accuracy }: Pick<ModelExport, 'difference' | 'accuracy'>,
  { format, precision }: ExportRequest,
): Pick<ModelExport, 'difference' | 'accuracy'> {
  const refuse = (message: string, remedy: string): FailureError =>
    new FailureError({ kind: 'invalid', message, remedy });
  const figure = difference.toExponential(1);
  if (!Number.isFinite(difference)) {
    throw refuse(
      `The ${format} file in ${precision} gives numbers that are not finite. It was removed.`,
      'Export it in float32.',
    );
  }
  if (precision === 'float32' && difference > EXPORT_TOLERANCE) {
    throw refuse(
      `The ${format} file differs from the app’s own output by ${figure}, more than ${EXPORT_TOLERANCE}. It was removed.`,
      'This is a defect: please report it with the checkpoint’s facts.',
    );
  }
  if (precision === 'int8' && accuracy === null) {
    throw refuse(
      'Int8 is written only where its accuracy can be measured, and there are no labelled validation images. No file was written.',
      'Export a run that has a validation split, or choose float32 or float16.',
    );
  }
  if (accuracy !== null && accuracy.app - accuracy.file > ACCURACY_TOLERANCE) {
    const points = ((accuracy.app - accuracy.file) * 100).toFixed(1);
    const [was, is] = [accuracy.app, accuracy.file].map((share) => (share * 100).toFixed(1));
    throw refuse(
      `In ${precision} the accuracy on ${accuracy.images} validation images falls from ${was}% to ${is}%, by ${points} points; ` +
        `at most ${ACCURACY_TOLERANCE * 100} are allowed. The file was removed.`,
      precision === 'int8' ? 'Choose float16 or float32.' : 'Choose float32.',
    );
  }
  return { difference, accuracy };
}
