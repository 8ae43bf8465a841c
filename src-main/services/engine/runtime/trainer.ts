/** Runs training steps: feeds batches and the state of a training through the traced functions of a step. */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { IMAGE_SIDE } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';
import type { Graph } from '../trace/graph.ts';
import { lowerGraph } from '../trace/onnx.ts';
import { DROPPABLE_BRANCHES } from '../train/noise.ts';
import type { StepNoise } from '../train/noise.ts';
import type { Hyper } from '../train/optimizer.ts';
import { optimizerOf } from '../train/optimizers.ts';
import { meanShares } from '../train/shares.ts';
import type { MeanShares, WeightedTargets } from '../train/shares.ts';
import { gradientGraph, nextOf, perturbGraph, sumGraph, trainingGraph, updateGraph } from '../train/step.ts';
import type { GradientInput, StepOptions } from '../train/step.ts';
import { placementFor } from './block.ts';
import type { Placement } from './block.ts';
import type { DeviceId } from './devices.ts';
import { IMAGE_SIZE } from './graphs.ts';
import { flatTensor, float32, floats, openSession, scalarTensor } from './session.ts';
import type { SessionTuning } from './session.ts';
import { StateVector } from './state-vector.ts';
import { TrainingState } from './training-state.ts';

export interface StepBatch extends WeightedTargets {
  /** [B, 3, 224, 224], normalised; B may be smaller than the trainer's batch, as the last of an epoch is. */
  readonly images: Float32Array;
}

export interface StepResult {
  /** Mean over the batch of cross-entropy + lambda KL, before the update. */
  readonly loss: number;
  /** [B, classes] of the batch, before the update. */
  readonly mu: Float32Array;
  /** The loss where SAM looked; null without SAM. */
  readonly perturbedLoss: number | null;
}

export interface Trainer {
  readonly batch: number;
  /**
   * @param noise of at least as many images as the batch has.
   * @param second of SAM's second pass; the same by default.
   */
  step(batch: StepBatch, noise: StepNoise, hyper: Hyper, second?: StepNoise): Promise<StepResult>;
  /** Current parameters and buffers under their official names, in official order. */
  weights(): Map<string, StoredTensor>;
  /** `step`, and what the optimizer keeps of each trainable parameter: `<name>.exp_avg`, `<name>.momentum_buffer` … */
  optimizerState(): Map<string, StoredTensor>;
  /** Continues from saved weights; without an optimizer state the moments start at zero. */
  loadState(weights: Weights, optimizer?: Weights): void;
  dispose(): Promise<void>;
}

/** Traces the training step and opens a session for it. */
export async function openTrainer(
  initial: Weights,
  config: ModelConfig,
  device: DeviceId,
  options: StepOptions,
  tuning?: SessionTuning,
): Promise<Trainer> {
  const first = firstGraph(config, options);
  const placement = await placementFor(device, first.graph);
  const trainer = new SessionTrainer(config, device, options, placement, tuning);
  trainer.loadState(initial);
  await trainer.open(first);
  return trainer;
}

/** A batch with what its images weigh in the mean. */
type Weighed = StepBatch & MeanShares & { readonly count: number; readonly lambda: number };
type Feeds = Readonly<Record<string, Tensor | StateVector | null>>;

interface NamedGraph {
  readonly name: string;
  readonly graph: Graph;
}

/** Images that pass the network together. */
const partOf = ({ batch, accumulate = 1 }: StepOptions): number => Math.ceil(batch / accumulate);
const isPlain = (options: StepOptions): boolean => !options.sam && partOf(options) === options.batch;

/** The graph whose session takes long to open. */
function firstGraph(config: ModelConfig, options: StepOptions): NamedGraph {
  const size = partOf(options);
  return isPlain(options)
    ? { name: `step-${size}`, graph: trainingGraph(config, options) }
    : { name: `gradient-${size}`, graph: gradientGraph(config, size, options) };
}

/**
 * A plain step is one session. SAM and accumulation run the gradient's session several times, then the update's. A batch of
 * another size has a session of its own, traced at that size: its batch statistics are those of its images and nothing else.
 */
class SessionTrainer implements Trainer {
  readonly batch: number;
  readonly #config: ModelConfig;
  readonly #device: DeviceId;
  readonly #options: StepOptions;
  readonly #placement: Placement;
  readonly #tuning: SessionTuning | undefined;
  readonly #optimizer: ReturnType<typeof optimizerOf>;
  readonly #state: TrainingState;
  readonly #sessions = new Map<string, Promise<InferenceSession>>();
  /** Vectors for the gradients of a step that is not plain. */
  readonly #room = new Map<string, StateVector>();
  /** Images that pass the network together. */
  readonly #part: number;
  readonly #isPlain: boolean;

  constructor(
    config: ModelConfig,
    device: DeviceId,
    options: StepOptions,
    placement: Placement,
    tuning?: SessionTuning,
  ) {
    this.batch = options.batch;
    this.#config = config;
    this.#device = device;
    this.#options = options;
    this.#placement = placement;
    this.#tuning = tuning;
    this.#optimizer = optimizerOf(options.optimizer ?? 'adamw');
    this.#state = new TrainingState(config, this.#optimizer.moments, placement.vectors);
    this.#part = partOf(options);
    this.#isPlain = isPlain(options);
  }

  /** Opens the session of a graph before the first step, where one waits anyway. */
  async open({ name, graph }: NamedGraph): Promise<void> {
    await this.#session(name, () => graph);
  }

  async step(batch: StepBatch, noise: StepNoise, hyper: Hyper, second = noise): Promise<StepResult> {
    const count = batch.images.length / IMAGE_SIZE;
    const weighed = { ...batch, ...meanShares(count, batch), count, lambda: hyper.lambda };
    return this.#isPlain ? this.#plainStep(weighed, noise, hyper) : this.#composedStep(weighed, noise, hyper, second);
  }

  weights(): Map<string, StoredTensor> {
    return this.#state.weights();
  }

  optimizerState(): Map<string, StoredTensor> {
    return this.#state.optimizerState();
  }

  loadState(weights: Weights, optimizer?: Weights): void {
    this.#state.load(weights, optimizer);
  }

  async dispose(): Promise<void> {
    for (const opening of this.#sessions.values()) await (await opening).release();
  }

  async #plainStep(batch: Weighed, noise: StepNoise, hyper: Hyper): Promise<StepResult> {
    const state = this.#state;
    const session = await this.#stepSession(batch.count);
    const feeds = { ...this.#imageFeeds(batch, noise, 0, batch.count), ...this.#updateFeeds(hyper) };
    const outputs = await session.run(
      used(session, { ...feeds, statistics: state.current.statistics }),
      fetched({ ...this.#updateFetches(), nextStatistics: state.next.statistics, loss: null, mu: null }),
    );
    state.swapStatistics();
    state.swapUpdated();
    return { loss: floats(outputs, 'loss')[0] ?? NaN, mu: floats(outputs, 'mu'), perturbedLoss: null };
  }

  async #composedStep(batch: Weighed, noise: StepNoise, hyper: Hyper, second: StepNoise): Promise<StepResult> {
    const { current } = this.#state;
    const first = await this.#gradient(batch, noise, current.parameters);
    const descent = this.#options.sam
      ? await this.#gradient(batch, second, await this.#uphill(first.gradient, hyper))
      : null;
    const update = await this.#session('update', () => updateGraph(this.#config, this.#options));
    const gradient = descent?.gradient ?? first.gradient;
    await update.run(used(update, { ...this.#updateFeeds(hyper), gradient }), fetched(this.#updateFetches()));
    this.#state.swapUpdated();
    return { loss: first.loss, mu: first.mu, perturbedLoss: descent?.loss ?? null };
  }

  /** The parameters where SAM takes its second gradient. */
  async #uphill(gradient: StateVector, { rho = 0 }: Hyper): Promise<StateVector> {
    const { current, next } = this.#state;
    const session = await this.#session('perturb', () => perturbGraph(this.#config));
    // The update overwrites them only after the second pass has read them.
    const perturbed = next.parameters;
    const feeds = { parameters: current.parameters, gradient, rho: scalarTensor(rho) };
    await session.run(used(session, feeds), fetched({ perturbed }));
    return perturbed;
  }

  /** The gradient of a whole batch at some parameters, part by part; batch norms see a part at a time. */
  async #gradient(
    batch: Weighed,
    noise: StepNoise,
    parameters: StateVector,
  ): Promise<{ loss: number; mu: Float32Array; gradient: StateVector }> {
    const state = this.#state;
    const mu = new Float32Array(batch.count * this.#config.classes);
    let total = this.#vector('total');
    let spare: StateVector | null = null;
    let loss = 0;
    for (let first = 0; first < batch.count; first += this.#part) {
      const count = Math.min(this.#part, batch.count - first);
      const session = await this.#gradientSession(count);
      const images = this.#imageFeeds(batch, noise, first, count);
      const gradient = first === 0 ? total : this.#vector('part');
      const outputs = await session.run(
        used(session, { ...images, parameters, statistics: state.current.statistics }),
        fetched({ gradient, nextStatistics: state.next.statistics, loss: null, mu: null }),
      );
      state.swapStatistics();
      loss += floats(outputs, 'loss')[0] ?? NaN;
      mu.set(floats(outputs, 'mu'), first * this.#config.classes);
      if (first === 0) continue;
      const sum: StateVector = spare ?? this.#vector('spare');
      const adding = await this.#session('sum', () => sumGraph(this.#config));
      await adding.run(used(adding, { a: total, b: gradient }), fetched({ sum }));
      [total, spare] = [sum, total];
    }
    return { loss, mu, gradient: total };
  }

  #vector(name: string): StateVector {
    const known = this.#room.get(name) ?? this.#state.vector();
    this.#room.set(name, known);
    return known;
  }

  /** Feeds of `count` images of a batch, from the one at `first`. */
  #imageFeeds(batch: Weighed, noise: StepNoise, first: number, count: number): Feeds {
    const { classes } = this.#config;
    const rows = (data: Float32Array, shape: readonly number[]): Tensor => {
      const each = shape.reduce((product, side) => product * side, 1);
      return float32(data.subarray(first * each, (first + count) * each), [count, ...shape]);
    };
    return {
      images: rows(batch.images, [3, IMAGE_SIDE, IMAGE_SIDE]),
      targets: rows(batch.targets, [classes]),
      classWeights: flatTensor(batch.classWeights ?? new Float32Array(classes).fill(1)),
      entropyShares: rows(batch.entropy, []),
      divergenceShares: rows(batch.divergence, []),
      eps: rows(noise.eps, [classes]),
      dropPath: rows(noise.dropPath, [DROPPABLE_BRANCHES]),
      prior: noise.prior ? rows(noise.prior, [classes]) : null,
      lambda: scalarTensor(batch.lambda),
      frozen: this.#state.frozen,
    } satisfies Omit<Record<GradientInput, Feeds[string]>, 'parameters' | 'statistics'>;
  }

  /** What an update reads beside the gradient. */
  #updateFeeds(hyper: Hyper): Record<string, Tensor | StateVector> {
    const { parameters, moments } = this.#state.current;
    const values = { clipNorm: hyper.clipNorm ?? 0, ...this.#optimizer.values(hyper, this.#state.steps + 1) };
    const scalars = Object.entries(values).map(([name, value]): [string, Tensor] => [name, scalarTensor(value)]);
    return { ...Object.fromEntries(scalars), ...Object.fromEntries(moments), parameters };
  }

  #updateFetches(): Record<string, StateVector> {
    const { parameters, moments } = this.#state.next;
    const next = [...moments].map(([name, vector]): [string, StateVector] => [nextOf(name), vector]);
    return { ...Object.fromEntries(next), nextParameters: parameters };
  }

  #stepSession(batch: number): Promise<InferenceSession> {
    return this.#session(`step-${batch}`, () => trainingGraph(this.#config, { ...this.#options, batch }));
  }

  #gradientSession(batch: number): Promise<InferenceSession> {
    return this.#session(`gradient-${batch}`, () => gradientGraph(this.#config, batch, this.#options));
  }

  #session(name: string, graph: () => Graph): Promise<InferenceSession> {
    const known = this.#sessions.get(name);
    if (known) return known;
    const { model } = lowerGraph(graph(), { name: `poster-var-${name}`, ...this.#placement });
    const opening = openSession(model, this.#device, this.#tuning);
    this.#sessions.set(name, opening);
    return opening;
  }
}

/** The feeds that a session's graph reads. */
function used(session: InferenceSession, feeds: Feeds): Record<string, Tensor> {
  const tensors = fetched(feeds);
  const chosen: Record<string, Tensor> = {};
  for (const name of session.inputNames) {
    const tensor = tensors[name];
    if (!tensor) throw new Error(`this training step needs ${name}`);
    chosen[name] = tensor;
  }
  return chosen;
}

/** Tensors by the names of a graph's inputs or outputs; vectors may be several. */
function fetched(values: Feeds): Record<string, Tensor | null> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value instanceof StateVector ? value.ports(name) : [[name, value] satisfies [string, Tensor | null]],
    ),
  );
}
