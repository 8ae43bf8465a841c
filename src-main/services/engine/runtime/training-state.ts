/** What a training carries from step to step: parameters, the optimizer's moments, running statistics, counters. */
import { sizeTable } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';
import { parameterTable } from '../model/parameters.ts';
import { packed, stateLayout, unpacked } from '../train/flat.ts';
import type { StateVector, StepRunner } from './step-runner.ts';

interface Buffers {
  parameters: StateVector;
  /** By the optimizer's names. */
  moments: Map<string, StateVector>;
  statistics: StateVector;
}

export class TrainingState {
  readonly #config: ModelConfig;
  readonly #layout: ReturnType<typeof stateLayout>;
  readonly #runner: Pick<StepRunner, 'vector'>;
  #given: Weights = new Map();
  /** Batches that the batch norms have seen since the weights were loaded. */
  #seen = 0;
  /** Updates since the moments were zero. */
  steps = 0;
  readonly frozen: StateVector;
  // Two sets of buffers: a step reads one and writes the other. Writing over its own input would corrupt later reads.
  readonly current: Buffers;
  readonly next: Buffers;

  /** @param moments names of the optimizer's vectors. */
  constructor(config: ModelConfig, moments: readonly string[], runner: Pick<StepRunner, 'vector'>) {
    this.#config = config;
    this.#layout = stateLayout(config);
    this.#runner = runner;
    this.frozen = runner.vector(this.#layout.frozen.size);
    const buffers = (): Buffers => ({
      parameters: this.vector(),
      moments: new Map(moments.map((name) => [name, this.vector()])),
      statistics: runner.vector(this.#layout.statistics.size),
    });
    this.current = buffers();
    this.next = buffers();
  }

  /** A vector as long as all parameters together. */
  vector(): StateVector {
    return this.#runner.vector(this.#layout.trainable.size);
  }

  load(weights: Weights, optimizer?: Weights): void {
    const { trainable, frozen, statistics } = this.#layout;
    this.#given = weights;
    this.frozen.load(packed(weights, frozen));
    this.current.parameters.load(packed(weights, trainable));
    this.current.statistics.load(packed(weights, statistics));
    for (const [name, moment] of this.current.moments) {
      if (optimizer) moment.load(packed(optimizer, trainable, `.${name}`));
      else moment.clear();
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

  async weights(): Promise<Map<string, StoredTensor>> {
    const fresh = new Map([
      ...unpacked(await this.current.parameters.whole(), this.#layout.trainable),
      ...unpacked(await this.current.statistics.whole(), this.#layout.statistics),
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

  async optimizerState(): Promise<Map<string, StoredTensor>> {
    const step: StoredTensor = { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(this.steps)) };
    const state = new Map<string, StoredTensor>([['step', step]]);
    for (const [name, moment] of this.current.moments) {
      for (const [of, tensor] of unpacked(await moment.whole(), this.#layout.trainable, `.${name}`))
        state.set(of, tensor);
    }
    return state;
  }
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
