/** Classification with fixed weights. */
import type { ModelConfig } from '../model/config.ts';
import { IMAGE_SIDE, sizeTable } from '../model/config.ts';
import type { Weights } from '../model/initialise.ts';
import { toOnnx } from '../trace/onnx.ts';
import type { DeviceId } from './devices.ts';
import { IMAGE_SIZE, constantsFor, evaluationGraph } from './graphs.ts';
import { float32, floats, openSession } from './session.ts';
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
  const model = toOnnx(evaluationGraph(config, batch), {
    constants: constantsFor(config, weights),
    name: 'poster-var',
  });
  const session = await openSession(model, device, tuning);
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
      const outputs = await session.run({ images: float32(filledUp(part, batch * IMAGE_SIZE), shape) });
      mu.set(floats(outputs, 'mu').subarray(0, count * config.classes), start * config.classes);
      logvar?.set(floats(outputs, 'logvar').subarray(0, count * config.classes), start * config.classes);
      features.set(floats(outputs, 'features').subarray(0, count * width), start * width);
    }
    return { mu, logvar, features };
  };
  const shape = [batch, 3, IMAGE_SIDE, IMAGE_SIDE];
  return { batch, run, dispose: () => session.release() };
}

/** `part`, followed by zeros up to `length`. */
function filledUp(part: Float32Array, length: number): Float32Array {
  if (part.length === length) return part;
  const full = new Float32Array(length);
  full.set(part);
  return full;
}
