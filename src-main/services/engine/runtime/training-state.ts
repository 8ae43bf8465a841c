/** What a training carries from step to step: parameters, the optimizer's moments, running statistics, counters. */
import type { Tensor } from 'onnxruntime-node';
import { sizeTable } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';
import { parameterTable } from '../model/parameters.ts';
import { packed, stateLayout, unpacked } from '../train/flat.ts';
import { flatTensor } from './session.ts';

interface Buffers {
  parameters: Tensor;
  /** By the optimizer's names. */
  moments: Map<string, Tensor>;
  statistics: Tensor;
}

export class TrainingState {
  readonly #config: ModelConfig;
  readonly #layout: ReturnType<typeof stateLayout>;
  #given: Weights = new Map();
  /** Batches that the batch norms have seen since the weights were loaded. */
  #seen = 0;
  /** Updates since the moments were zero. */
  steps = 0;
  frozen: Tensor = flatTensor(new Float32Array(0));
  // Two sets of buffers: a step reads one and writes the other. Writing over its own input would corrupt later reads.
  readonly current: Buffers;
  readonly next: Buffers;

  constructor(config: ModelConfig, moments: readonly string[]) {
    this.#config = config;
    this.#layout = stateLayout(config);
    const buffers = (): Buffers => ({
      parameters: this.vector(),
      moments: new Map(moments.map((name) => [name, this.vector()])),
      statistics: flatTensor(new Float32Array(this.#layout.statistics.size)),
    });
    this.current = buffers();
    this.next = buffers();
  }

  /** A vector as long as all parameters together. */
  vector(): Tensor {
    return flatTensor(new Float32Array(this.#layout.trainable.size));
  }

  load(weights: Weights, optimizer?: Weights): void {
    const { trainable, frozen, statistics } = this.#layout;
    this.#given = weights;
    this.frozen = flatTensor(packed(weights, frozen));
    numbers(this.current.parameters).set(packed(weights, trainable));
    numbers(this.current.statistics).set(packed(weights, statistics));
    for (const [name, moment] of this.current.moments) {
      if (optimizer) numbers(moment).set(packed(optimizer, trainable, `.${name}`));
      else numbers(moment).fill(0);
    }
    const step = optimizer?.get('step');
    this.steps = step?.dtype === 'int64' ? Number(step.data[0] ?? 0n) : 0;
    this.#seen = 0;
  }

  /** A forward pass has written the next statistics. */
  swapStatistics(): void {
    [this.current.statistics, this.next.statistics] = [this.next.statistics, this.current.statistics];
    this.#seen += 1;
  }

  /** An update has written the next parameters and moments. */
  swapUpdated(): void {
    [this.current.parameters, this.next.parameters] = [this.next.parameters, this.current.parameters];
    [this.current.moments, this.next.moments] = [this.next.moments, this.current.moments];
    this.steps += 1;
  }

  weights(): Map<string, StoredTensor> {
    const fresh = new Map([
      ...unpacked(numbers(this.current.parameters), this.#layout.trainable),
      ...unpacked(numbers(this.current.statistics), this.#layout.statistics),
    ]);
    const all = new Map<string, StoredTensor>();
    for (const { name, role } of parameterTable(this.#config)) {
      const tensor = fresh.get(name) ?? this.#given.get(name);
      if (!tensor) continue;
      const counts = name.endsWith('.num_batches_tracked') && role === 'buffer' && !keepsStatistics(this.#config, name);
      all.set(name, counts ? counted(tensor, this.#seen) : tensor);
    }
    return all;
  }

  optimizerState(): Map<string, StoredTensor> {
    const step: StoredTensor = { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(this.steps)) };
    const moments = [...this.current.moments].flatMap(([name, moment]) => [
      ...unpacked(numbers(moment), this.#layout.trainable, `.${name}`),
    ]);
    return new Map<string, StoredTensor>([['step', step], ...moments]);
  }
}

function numbers(tensor: Tensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  throw new Error('a state vector is not float32');
}

/** Whether a batch norm's statistics stay as they are while training. */
function keepsStatistics(config: ModelConfig, name: string): boolean {
  const { frozen } = sizeTable(config.size).landmarks;
  return frozen && config.frozenBackboneBatchNorm === 'eval' && name.startsWith('face_landback.');
}

/** PyTorch's counter of batches seen. */
function counted(tensor: StoredTensor, batches: number): StoredTensor {
  if (tensor.dtype !== 'int64') return tensor;
  return { ...tensor, data: BigInt64Array.of((tensor.data[0] ?? 0n) + BigInt(batches)) };
}
