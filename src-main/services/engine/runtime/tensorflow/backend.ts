/** TensorFlow's kernels as a TensorFlow.js backend, loaded once a process from where they were installed. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { FailureError } from '../../../../../src-shared/domain/failure.ts';
import { rules } from '../../trace/rules/index.ts';
import { replaceKernels } from './kernels.ts';
import { installedIn, tensorflowFolder } from './place.ts';

export const TENSORFLOW_BACKEND = 'tensorflow';

let loaded = false;

/**
 * Loads TensorFlow where that has not happened yet.
 * @throws FailureError 'unavailable' where it is not installed or its library cannot be loaded.
 */
export function loadTensorflow(folder: string = tensorflowFolder()): void {
  if (loaded) return;
  const installed = installedIn(folder);
  if (installed === null) {
    throw unavailable(
      'TensorFlow is not installed.',
      'Run "poster-var tensorflow install", or press Install on the Devices page.',
    );
  }
  // Its greetings would fill the error stream, of which the parent keeps the end for a crash's reason.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  // Without AVX-512 TensorFlow leaves oneDNN's products and convolutions off, though they are faster with AVX2, too.
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1';
  bringBack(util);
  const restore = rememberGradients();
  try {
    createRequire(join(folder, 'package.json'))(installed.package);
  } catch (thrown) {
    throw unavailable(
      `TensorFlow could not be loaded: ${thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown)}`,
      'Run "poster-var tensorflow remove", then "poster-var tensorflow install".',
    );
  }
  restore();
  replaceKernels();
  loaded = true;
}

function unavailable(message: string, remedy: string): FailureError {
  return new FailureError({ kind: 'unavailable', message, remedy });
}

/** The package is of a time when Node had these; newer ones removed them. */
function bringBack(module: object): void {
  if (!('isNullOrUndefined' in module)) {
    Reflect.set(module, 'isNullOrUndefined', (value: unknown) => value === null || value === undefined);
  }
  Reflect.set(module, 'isArray', Array.isArray);
}

/** The package brings TensorFlow.js's own gradients and overwrites ours with them: the functions shall stay the same. */
function rememberGradients(): () => void {
  const ours = Object.keys(rules)
    .map((kernel) => tf.getGradient(kernel))
    .filter((gradient) => gradient !== undefined);
  return () => ours.forEach((gradient) => tf.registerGradient(gradient));
}

/** Runs `body` with TensorFlow's kernels; the backend that was active before is active again afterwards. */
export function onTensorflow<T>(body: () => T): T {
  const engine = tf.engine();
  const previous = engine.backendName;
  void tf.setBackend(TENSORFLOW_BACKEND);
  try {
    return body();
  } finally {
    if (previous) void tf.setBackend(previous);
  }
}

/** "2.21.0", or "" where the library does not tell. */
export function libraryVersion(): string {
  return onTensorflow(() => {
    const binding: unknown = Reflect.get(tf.backend(), 'binding');
    const version: unknown = typeof binding === 'object' && binding !== null ? Reflect.get(binding, 'TF_Version') : '';
    return typeof version === 'string' ? version : '';
  });
}
