/** Opened models, the last few kept: the second question about a checkpoint is answered at once. */
import { statSync } from 'node:fs';
import type { Expression } from '../../../../src-shared/domain/expression.ts';
import { loadCheckpoint } from '../checkpoint/checkpoint.ts';
import type { LoadedCheckpoint } from '../checkpoint/checkpoint.ts';
import { openExplainer } from '../explain/gradcam.ts';
import type { Explainer } from '../explain/gradcam.ts';
import { openKin } from '../explain/gradients.ts';
import type { KinMethod } from '../explain/gradients.ts';
import type { ModelSize } from '../../../../src-shared/domain/run.ts';
import { openClassifier } from '../runtime/inference.ts';
import type { Classifier } from '../runtime/inference.ts';
import type { DeviceId } from '../runtime/devices.ts';

/**
 * Images a run. The batch is always the same and a last partial one is filled up: ONNX Runtime may choose other kernels for
 * another size, and an image's numbers must not depend on how many others came with it.
 */
const BATCH: Readonly<Record<ModelSize, number>> = { paper: 8, tiny: 16 };
const KEPT = 2;

/** Images that are classified together. */
export function batchOf(size: ModelSize): number {
  return BATCH[size];
}

interface Disposable {
  dispose(): Promise<void>;
}

/** Keeps the values that were used last, and disposes of the others. */
class Recent<T extends Disposable> {
  readonly #kept = new Map<string, T>();

  async get(key: string, open: () => Promise<T>): Promise<T> {
    const value = this.#kept.get(key) ?? (await open());
    this.#kept.delete(key);
    this.#kept.set(key, value);
    for (const [oldKey, old] of this.#kept) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(oldKey);
      await old.dispose();
    }
    return value;
  }
}

/** Names a file's content without reading it: checkpoints are replaced by renaming, which gives them a new inode. */
function identity(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}` : file;
}

export interface OpenClassifier extends Classifier {
  readonly size: ModelSize;
  readonly classes: readonly Expression[];
}

export interface OpenExplainer extends Explainer {
  /** Whether the landmark branch was ever trained: random numbers are no landmarks. */
  readonly knowsLandmarks: boolean;
}

/** Not for two calls at the same time: a model in use must not be disposed of. */
export class Sessions {
  readonly #classifiers = new Recent<OpenClassifier>();
  readonly #explainers = new Recent<OpenExplainer>();
  readonly #kin = new Recent<OpenExplainer>();

  /** @throws FailureError as `loadCheckpoint`. */
  classifier(file: string, device: DeviceId): Promise<OpenClassifier> {
    return this.#classifiers.get(`${device}:${identity(file)}`, async () => {
      const { weights, config, classes } = loadCheckpoint(file);
      const classifier = await openClassifier(weights, config, device, batchOf(config.size));
      return { ...classifier, size: config.size, classes };
    });
  }

  /** @throws FailureError as `loadCheckpoint`. */
  explainer(file: string, device: DeviceId): Promise<OpenExplainer> {
    return this.#explainers.get(`${device}:${identity(file)}`, async () => {
      const loaded = loadCheckpoint(file);
      const explainer = await openExplainer(loaded.weights, loaded.config, device);
      return { ...explainer, knowsLandmarks: knowsLandmarks(loaded) };
    });
  }

  /** What makes a map of this kind. @throws FailureError as `loadCheckpoint` and `openKin`. */
  kinExplainer(file: string, device: DeviceId, method: KinMethod): Promise<OpenExplainer> {
    return this.#kin.get(`${method}:${device}:${identity(file)}`, async () => {
      const loaded = loadCheckpoint(file);
      const explainer = await openKin(loaded.weights, loaded.config, method, device);
      return { ...explainer, knowsLandmarks: knowsLandmarks(loaded) };
    });
  }
}

/**
 * The official training leaves the landmark backbone frozen, so that its last batch norm still has the scale 1 it was born with
 * unless pre-trained weights were brought in.
 */
function knowsLandmarks({ weights }: LoadedCheckpoint): boolean {
  const scale = weights.get('face_landback.output_layer.bn.weight');
  return scale?.dtype === 'float32' && scale.data.some((value) => value !== 1);
}
