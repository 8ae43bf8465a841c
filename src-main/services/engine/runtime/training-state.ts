/** What a training carries from step to step: parameters, the optimizer's moments, running statistics, counters. */
import type { ModelConfig } from '../model/config.ts';
import { keepsStatistics } from '../model/freeze.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';
import { parameterTable } from '../model/parameters.ts';
import { packed, stateLayout, unpacked } from '../train/flat.ts';
import type { FlatLayout } from '../train/flat.ts';
import type { StateVector, StepRunner } from './step-runner.ts';

/** An exponential moving average of the weights, and the buffers that the next one is written to. */
interface Averages {
  readonly kind: 'trainable' | 'statistics';
  current: StateVector;
  next: StateVector;
}

/** What a training's state holds beside the parameters. */
export interface StateContent {
  /** Names of the optimizer's vectors. */
  readonly moments: readonly string[];
  /** Each parameter's factor of the learning rate; absent: all have the same. */
  readonly rateOf?: (name: string) => number;
  readonly average: boolean;
}

/** What PyTorch calls a batch norm's counter of batches. */
const COUNTER = '.num_batches_tracked';

/** In a saved state, what the average of a tensor is called: its name, and this. */
const AVERAGE = '.ema';

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
  /** Null where all parameters have the same rate. */
  readonly rates: StateVector | null;
  /** None where nothing is averaged. */
  readonly averages: readonly Averages[];

  constructor(config: ModelConfig, content: StateContent, runner: Pick<StepRunner, 'vector'>) {
    const { moments, rateOf, average } = content;
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
    this.rates = rateOf ? this.vector() : null;
    if (rateOf) this.rates?.load(ratesOf(this.#layout.trainable, rateOf));
    const averaged = (kind: Averages['kind']): Averages => {
      const room = (): StateVector => runner.vector(this.#layout[kind].size);
      return { kind, current: room(), next: room() };
    };
    this.averages = average ? [averaged('trainable'), averaged('statistics')] : [];
  }

  /** A vector as long as all parameters together. */
  vector(): StateVector {
    return this.#runner.vector(this.#layout.trainable.size);
  }

  load(weights: Weights, optimizer?: Weights): void {
    const { trainable, frozen, statistics } = this.#layout;
    // What lies in the vectors need not be kept a second time.
    const held = new Set([...trainable.entries, ...statistics.entries].map(({ name }) => name));
    this.#given = new Map([...weights].filter(([name]) => !held.has(name)));
    this.frozen.load(packed(weights, frozen));
    this.current.parameters.load(packed(weights, trainable));
    this.current.statistics.load(packed(weights, statistics));
    for (const [name, moment] of this.current.moments) {
      if (optimizer) moment.load(packed(optimizer, trainable, `.${name}`));
      else moment.clear();
    }
    // An average begins at the weights that the training begins from.
    const saved = optimizer && [...optimizer.keys()].some((name) => name.endsWith(AVERAGE)) ? optimizer : null;
    for (const { kind, current } of this.averages) {
      current.load(saved ? packed(saved, this.#layout[kind], AVERAGE) : packed(weights, this.#layout[kind]));
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

  /** The next averages are written. */
  swapAverages(): void {
    for (const each of this.averages) [each.current, each.next] = [each.next, each.current];
  }

  /** An update has written the next parameters and moments. */
  swapUpdated(): void {
    [this.current.parameters, this.next.parameters] = [this.next.parameters, this.current.parameters];
    [this.current.moments, this.next.moments] = [this.next.moments, this.current.moments];
    this.steps += 1;
  }

  weights(): Promise<Map<string, StoredTensor>> {
    return this.#all(this.current.parameters, this.current.statistics);
  }

  /** The averaged copy; the weights themselves where nothing is averaged. */
  averaged(): Promise<Map<string, StoredTensor>> {
    const [parameters, statistics] = this.averages;
    return parameters && statistics ? this.#all(parameters.current, statistics.current) : this.weights();
  }

  async #all(parameters: StateVector, statistics: StateVector): Promise<Map<string, StoredTensor>> {
    const fresh = new Map([
      ...unpacked(await parameters.whole(), this.#layout.trainable),
      ...unpacked(await statistics.whole(), this.#layout.statistics),
    ]);
    const all = new Map<string, StoredTensor>();
    for (const { name, role } of parameterTable(this.#config)) {
      const tensor = fresh.get(name) ?? this.#given.get(name);
      if (!tensor) continue;
      const counts =
        name.endsWith(COUNTER) && role === 'buffer' && !keepsStatistics(this.#config, name.slice(0, -COUNTER.length));
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
    for (const { kind, current } of this.averages) {
      for (const [of, tensor] of unpacked(await current.whole(), this.#layout[kind], AVERAGE)) state.set(of, tensor);
    }
    return state;
  }
}

/** [parameters] of each number its parameter's factor. */
function ratesOf({ entries, size }: FlatLayout, rateOf: (name: string) => number): Float32Array {
  const rates = new Float32Array(size);
  for (const entry of entries) rates.fill(rateOf(entry.name), entry.offset, entry.offset + entry.size);
  return rates;
}

/** PyTorch's counter of batches seen. */
function counted(tensor: StoredTensor, batches: number): StoredTensor {
  if (tensor.dtype !== 'int64') return tensor;
  return { ...tensor, data: BigInt64Array.of((tensor.data[0] ?? 0n) + BigInt(batches)) };
}
