/** Classification with fixed weights. */
import { faultAt } from '../faults.ts';
import type { ModelConfig } from '../model/config.ts';
import { sizeTable } from '../model/config.ts';
import type { Weights } from '../model/initialise.ts';
import type { DeviceId } from './devices.ts';
import { executorFor } from './executors.ts';
import { IMAGE_SIZE, constantsFor, evaluationProgram } from './graphs.ts';
import type { SessionTuning } from './session.ts';

export interface Classification {
  /** [n, classes] */
  readonly mu: Float32Array;
  /** [n, classes], or null without VICH. */
  readonly logvar: Float32Array | null;
  /** [n, width] */
  readonly features: Float32Array;
}

export interface Classifier {
  readonly batch: number;
  /**
   * @param images n normalised images, [n, 3, 224, 224]; any n.
   * The graph has one fixed batch size. A last partial batch is filled up with zeros, whose results are dropped: in
   * evaluation mode no image's numbers depend on another's, so that the same image always gets the same numbers.
   */
  run(images: Float32Array, n: number): Promise<Classification>;
  dispose(): Promise<void>;
}

/** Opens a classifier whose weights are constants of the graph: ONNX Runtime folds batch norms and prepacks matrices. */
export async function openClassifier(
  weights: Weights,
  config: ModelConfig,
  device: DeviceId,
  batch: number,
  tuning?: SessionTuning,
): Promise<Classifier> {
  const executable = await executorFor(device).open(evaluationProgram(config, batch), {
    ...tuning,
    constants: constantsFor(config, weights),
  });
  const width = sizeTable(config.size).vit.width;

  const run = async (images: Float32Array, n: number): Promise<Classification> => {
    if (images.length !== n * IMAGE_SIZE) {
      throw new Error(`${n} images should have ${n * IMAGE_SIZE} numbers, not ${images.length}`);
    }
    const mu = new Float32Array(n * config.classes);
    const logvar = config.vich ? new Float32Array(n * config.classes) : null;
    const features = new Float32Array(n * width);
    for (let start = 0; start < n; start += batch) {
      const count = Math.min(batch, n - start);
      const part = images.subarray(start * IMAGE_SIZE, (start + count) * IMAGE_SIZE);
      if (faultAt('run-memory')) throw new Error('Failed to allocate memory for requested buffer (injected)');
      if (faultAt('run-lost')) throw new Error('WebGPU device lost (2): Device was destroyed. (injected)');
      const outputs = await executable.run({ images: filledUp(part, batch * IMAGE_SIZE) });
      mu.set(outputs.numbers('mu').subarray(0, count * config.classes), start * config.classes);
      logvar?.set(outputs.numbers('logvar').subarray(0, count * config.classes), start * config.classes);
      features.set(outputs.numbers('features').subarray(0, count * width), start * width);
    }
    return { mu, logvar, features };
  };
  return { batch, run, dispose: () => executable.dispose() };
}

/** `part`, followed by zeros up to `length`. */
function filledUp(part: Float32Array, length: number): Float32Array {
  if (part.length === length) return part;
  const full = new Float32Array(length);
  full.set(part);
  return full;
}
