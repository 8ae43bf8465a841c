/** Trains the head on features that were computed once: a step takes a fraction of a millisecond, an epoch of thousands well under a second. */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { sizeTable } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';
import type { Graph } from '../trace/graph.ts';
import { toOnnx } from '../trace/onnx.ts';
import { headLayout, packed, unpacked } from '../train/flat.ts';
import type { HeadLearner, Judgement } from '../train/head-loop.ts';
import { headGraph, headStepGraph } from '../train/head-step.ts';
import type { HeadBatch } from '../train/head-step.ts';
import type { StepNoise } from '../train/noise.ts';
import type { ObjectiveOptions } from '../train/objective.ts';
import type { Hyper } from '../train/optimizer.ts';
import { optimizerOf } from '../train/optimizers.ts';
import { meanShares } from '../train/shares.ts';
import { nextOf } from '../train/step.ts';
import type { UpdateOptions } from '../train/step.ts';
import { flatTensor, float32, floats, openSession, scalarTensor } from './session.ts';

/** Rows that are judged together. */
const JUDGED = 512;

export type HeadOptions = ObjectiveOptions & UpdateOptions;

interface State {
  readonly parameters: Float32Array;
  readonly moments: ReadonlyMap<string, Float32Array>;
}

export class HeadTrainer implements HeadLearner {
  readonly #config: ModelConfig;
  readonly #options: HeadOptions;
  readonly #optimizer: ReturnType<typeof optimizerOf>;
  readonly #layout: ReturnType<typeof headLayout>;
  readonly #width: number;
  readonly #sessions = new Map<string, Promise<InferenceSession>>();
  // Two sets of buffers: a step reads one and writes the other.
  #current: State;
  #next: State;
  #steps = 0;

  /** @param config of the head: its `classes` and `vich` count, and the width that `size` has. */
  constructor(config: ModelConfig, options: HeadOptions) {
    this.#config = config;
    this.#options = options;
    this.#optimizer = optimizerOf(options.optimizer ?? 'adamw');
    this.#layout = headLayout(config);
    this.#width = sizeTable(config.size).vit.width;
    this.#current = this.#emptyState();
    this.#next = this.#emptyState();
  }

  /** Starts anew from the head in `weights`, moments at zero. @throws Error where it is missing or of another shape. */
  start(weights: Weights): void {
    this.#current = this.#emptyState();
    this.#next = this.#emptyState();
    this.#current.parameters.set(packed(weights, this.#layout));
    this.#steps = 0;
  }

  /** One optimizer step. @returns the mean loss of the batch before it. */
  async step(batch: HeadBatch, noise: StepNoise, hyper: Hyper): Promise<number> {
    const count = batch.features.length / this.#width;
    const { classes } = this.#config;
    const session = await this.#session(`step-${count}`, () => headStepGraph(this.#config, count, this.#options));
    const shares = meanShares(count, batch);
    const values = { clipNorm: hyper.clipNorm ?? 0, ...this.#optimizer.values(hyper, this.#steps + 1) };
    const feeds: Record<string, Tensor> = {
      features: float32(batch.features, [count, this.#width]),
      targets: float32(batch.targets, [count, classes]),
      classWeights: flatTensor(batch.classWeights ?? new Float32Array(classes).fill(1)),
      entropyShares: flatTensor(shares.entropy),
      divergenceShares: flatTensor(shares.divergence),
      eps: float32(noise.eps, [count, classes]),
      ...(noise.prior && { prior: float32(noise.prior, [count, classes]) }),
      lambda: scalarTensor(hyper.lambda),
      ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, scalarTensor(value)])),
      ...this.#tensors(this.#current, (name) => name, 'parameters'),
    };
    const used = Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name)));
    const outputs = await session.run(used, { ...this.#tensors(this.#next, nextOf, 'nextParameters'), loss: null });
    [this.#current, this.#next] = [this.#next, this.#current];
    this.#steps += 1;
    return floats(outputs, 'loss')[0] ?? NaN;
  }

  /** mu and logvar of [n, width] features; any n. */
  async judge(features: Float32Array): Promise<Judgement> {
    const { classes, vich } = this.#config;
    const session = await this.#session('judge', () => headGraph(this.#config, JUDGED));
    const count = features.length / this.#width;
    const mu = new Float32Array(count * classes);
    const logvar = vich ? new Float32Array(count * classes) : null;
    for (let first = 0; first < count; first += JUDGED) {
      const rows = Math.min(JUDGED, count - first);
      const part = new Float32Array(JUDGED * this.#width);
      part.set(features.subarray(first * this.#width, (first + rows) * this.#width));
      const outputs = await session.run({
        features: float32(part, [JUDGED, this.#width]),
        parameters: flatTensor(this.#current.parameters),
      });
      mu.set(floats(outputs, 'mu').subarray(0, rows * classes), first * classes);
      logvar?.set(floats(outputs, 'logvar').subarray(0, rows * classes), first * classes);
    }
    return { mu, logvar };
  }

  /** The head's parameters under their official names. */
  weights(): Map<string, StoredTensor> {
    return unpacked(this.#current.parameters, this.#layout);
  }

  async dispose(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
  }

  #emptyState(): State {
    const vector = (): Float32Array => new Float32Array(this.#layout.size);
    return { parameters: vector(), moments: new Map(this.#optimizer.moments.map((name) => [name, vector()])) };
  }

  #tensors(state: State, named: (moment: string) => string, parameters: string): Record<string, Tensor> {
    const moments = [...state.moments].map(([name, data]): [string, Tensor] => [named(name), flatTensor(data)]);
    return { ...Object.fromEntries(moments), [parameters]: flatTensor(state.parameters) };
  }

  #session(name: string, graph: () => Graph): Promise<InferenceSession> {
    const known = this.#sessions.get(name);
    if (known) return known;
    const opening = openSession(toOnnx(graph(), { name: `poster-var-head-${name}` }), 'cpu');
    this.#sessions.set(name, opening);
    return opening;
  }
}
