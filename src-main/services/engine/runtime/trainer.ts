/** Runs training steps: keeps parameters and optimizer state, and feeds them through the traced step. */
import type { Tensor } from 'onnxruntime-node';
import { IMAGE_SIDE, sizeTable } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';
import { parameterTable } from '../model/parameters.ts';
import { toOnnx } from '../trace/onnx.ts';
import { packed, stateLayout, unpacked } from '../train/flat.ts';
import { DROPPABLE_BRANCHES } from '../train/noise.ts';
import type { StepNoise } from '../train/noise.ts';
import { adamScalars } from '../train/optimizer.ts';
import type { Hyper } from '../train/optimizer.ts';
import { trainingGraph } from '../train/step.ts';
import type { StepInput, StepOptions } from '../train/step.ts';
import type { DeviceId } from './devices.ts';
import { float32, floats, openSession } from './session.ts';
import type { SessionTuning } from './session.ts';

export interface StepBatch {
  /** [B, 3, 224, 224], normalised. */
  readonly images: Float32Array;
  /** [B, classes] soft labels. */
  readonly targets: Float32Array;
  /** [B] weight of each sample in the loss; all 1 by default. */
  readonly weights?: Float32Array;
}

export interface StepResult {
  /** Weighted mean over the batch of cross-entropy + lambda KL, before the update. */
  readonly loss: number;
  /** [B, classes] of the batch, before the update. */
  readonly mu: Float32Array;
}

export interface Trainer {
  readonly batch: number;
  step(batch: StepBatch, noise: StepNoise, hyper: Hyper): Promise<StepResult>;
  /** Current parameters and buffers under their official names, in official order. */
  weights(): Map<string, StoredTensor>;
  /** `step`, and `<name>.exp_avg` and `<name>.exp_avg_sq` for every trainable parameter. */
  optimizerState(): Map<string, StoredTensor>;
  /** Continues from saved weights; without an optimizer state the moments start at zero. */
  loadState(weights: Weights, optimizer?: Weights): void;
  dispose(): Promise<void>;
}

type State = Record<'parameters' | 'mean' | 'square' | 'statistics', Tensor>;
const EXP_AVG = '.exp_avg';
const EXP_AVG_SQ = '.exp_avg_sq';

/** Traces the training step and opens a session for it. */
export async function openTrainer(
  initial: Weights,
  config: ModelConfig,
  device: DeviceId,
  options: StepOptions,
  tuning?: SessionTuning,
): Promise<Trainer> {
  const { batch } = options;
  const layout = stateLayout(config);
  const model = toOnnx(trainingGraph(config, options), { name: 'poster-var-step' });
  const session = await openSession(model, device, tuning);
  const wanted = new Set<string>(session.inputNames);
  const flat = (data: Float32Array): Tensor => float32(data, [data.length]);

  let given: Weights = initial;
  let frozen = flat(new Float32Array(0));
  // Two sets of buffers: a step reads one and writes the other. Writing over its own input would corrupt later reads.
  let current = emptyState();
  let next = emptyState();
  let steps = 0;
  let steppedBefore = 0;

  function emptyState(): State {
    const vector = (): Tensor => flat(new Float32Array(layout.trainable.size));
    return {
      parameters: vector(),
      mean: vector(),
      square: vector(),
      statistics: flat(new Float32Array(layout.statistics.size)),
    };
  }

  function loadState(weights: Weights, optimizer?: Weights): void {
    given = weights;
    frozen = flat(packed(weights, layout.frozen));
    fill(current.parameters, packed(weights, layout.trainable));
    fill(current.statistics, packed(weights, layout.statistics));
    const zeros = new Float32Array(layout.trainable.size);
    fill(current.mean, optimizer ? packed(optimizer, layout.trainable, EXP_AVG) : zeros);
    fill(current.square, optimizer ? packed(optimizer, layout.trainable, EXP_AVG_SQ) : zeros);
    const step = optimizer?.get('step');
    steps = step?.dtype === 'int64' ? Number(step.data[0] ?? 0n) : 0;
    steppedBefore = steps;
  }
  loadState(initial);

  async function step(input: StepBatch, noise: StepNoise, hyper: Hyper): Promise<StepResult> {
    const perClass = [batch, config.classes];
    const { stepSize, correction, decay } = adamScalars(hyper, steps + 1);
    const scalar = (value: number): Tensor => float32(Float32Array.of(value), []);
    const feeds: Record<StepInput, Tensor | null> = {
      images: float32(input.images, [batch, 3, IMAGE_SIDE, IMAGE_SIDE]),
      targets: float32(input.targets, perClass),
      weights: float32(input.weights ?? new Float32Array(batch).fill(1), [batch]),
      eps: float32(noise.eps, perClass),
      dropPath: float32(noise.dropPath, [batch, DROPPABLE_BRANCHES]),
      prior: noise.prior ? float32(noise.prior, perClass) : null,
      lambda: scalar(hyper.lambda),
      stepSize: scalar(stepSize),
      correction: scalar(correction),
      decay: scalar(decay),
      frozen,
      ...current,
    };
    const used: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(feeds)) {
      if (!wanted.has(name)) continue;
      if (tensor === null) throw new Error(`this training step needs ${name} noise`);
      used[name] = tensor;
    }
    const outputs = await session.run(used, {
      nextParameters: next.parameters,
      nextMean: next.mean,
      nextSquare: next.square,
      nextStatistics: next.statistics,
      loss: null,
      mu: null,
    });
    [current, next] = [next, current];
    steps += 1;
    return { loss: floats(outputs, 'loss')[0] ?? NaN, mu: floats(outputs, 'mu') };
  }

  function weights(): Map<string, StoredTensor> {
    const fresh = new Map([
      ...unpacked(numbers(current.parameters), layout.trainable),
      ...unpacked(numbers(current.statistics), layout.statistics),
    ]);
    const all = new Map<string, StoredTensor>();
    for (const { name, role } of parameterTable(config)) {
      const tensor = fresh.get(name) ?? given.get(name);
      if (!tensor) continue;
      const counts = name.endsWith('.num_batches_tracked') && role === 'buffer' && !keepsStatistics(config, name);
      all.set(name, counts && tensor.dtype === 'int64' ? counted(tensor, steps - steppedBefore) : tensor);
    }
    return all;
  }

  function optimizerState(): Map<string, StoredTensor> {
    return new Map<string, StoredTensor>([
      ['step', { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(steps)) }],
      ...unpacked(numbers(current.mean), layout.trainable, EXP_AVG),
      ...unpacked(numbers(current.square), layout.trainable, EXP_AVG_SQ),
    ]);
  }

  return { batch, step, weights, optimizerState, loadState, dispose: () => session.release() };
}

function numbers(tensor: Tensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  throw new Error('a state vector is not float32');
}

function fill(tensor: Tensor, data: Float32Array): void {
  numbers(tensor).set(data);
}

/** Whether a batch norm's statistics stay as they are while training. */
function keepsStatistics(config: ModelConfig, name: string): boolean {
  const { frozen } = sizeTable(config.size).landmarks;
  return frozen && config.frozenBackboneBatchNorm === 'eval' && name.startsWith('face_landback.');
}

/** PyTorch's counter of batches seen. */
function counted(tensor: StoredTensor, steps: number): StoredTensor {
  if (tensor.dtype !== 'int64') return tensor;
  return { ...tensor, data: BigInt64Array.of((tensor.data[0] ?? 0n) + BigInt(steps)) };
}
