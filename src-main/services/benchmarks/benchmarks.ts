/** Measures how fast models are on this machine's devices, and keeps what came out. */
import { join } from 'node:path';
import type {
  BenchmarkModel,
  BenchmarkPlan,
  BenchmarkRequest,
  BenchmarkResult,
} from '../../../src-shared/domain/benchmark.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Device } from '../../../src-shared/domain/device.ts';
import { quantile } from '../../../src-shared/metrics/quantiles.ts';
import type { BenchmarkedModel, BenchmarkMeasurement, Engine } from '../engine/interface.ts';
import { requireCheckpoint, requireRun } from '../runs/context.ts';
import type { OpenProject } from '../runs/context.ts';
import { KeptBenchmarks } from './kept.ts';

/** A model with the name that its results bear. */
export interface NamedModel {
  readonly name: string;
  readonly model: BenchmarkedModel;
}

/** How far a benchmark is: images that have passed, and all that will. */
export type OnPassed = (done: number, total: number, text: string) => void;

const CLASSES = 7;

/** POSTER-Var with fresh weights, or its baseline without VICH. */
export function freshNetwork({ size, vich }: Extract<BenchmarkModel, { kind: 'network' }>): NamedModel {
  const name = `${size === 'paper' ? 'Paper' : 'Tiny'} network${vich ? '' : ' without VICH'}`;
  return { name, model: { size, vich, classes: CLASSES } };
}

export class Benchmarks {
  readonly #project: OpenProject;
  readonly #engine: Pick<Engine, 'devices' | 'benchmark'>;
  readonly #kept: KeptBenchmarks;

  /** @param home the application's folder. */
  constructor(project: OpenProject, engine: Pick<Engine, 'devices' | 'benchmark'>, home: string) {
    this.#project = project;
    this.#engine = engine;
    this.#kept = new KeptBenchmarks(join(home, 'benchmarks.jsonl'));
  }

  /** The newest first. */
  list(): BenchmarkResult[] {
    return this.#kept.list();
  }

  clear(): void {
    this.#kept.clear();
  }

  /**
   * Queues a benchmark behind what the engine has to do: two at a time would measure each other.
   * @throws FailureError 'conflict' without an open project, 'not-found' for a run that is not there.
   */
  start({ model, ...plan }: BenchmarkRequest): { job: number } {
    const named = model.kind === 'network' ? freshNetwork(model) : this.#ofRun(model.run);
    const title = `Benchmark ${named.name} on ${plan.devices.join(', ')}`;
    const job = this.#project
      .require()
      .jobs.start({ kind: 'benchmark', title, unit: 'images', lane: 'engine' }, async (job) => {
        await this.measure(named, plan, (done, total, text) => job.progress(done, total, text), job.signal);
      });
    return { job };
  }

  /**
   * Each batch size on each device, one after another; each result is kept as soon as it is there.
   * @throws FailureError 'unavailable' for a device that cannot be used, 'cancelled', and the engine's.
   */
  async measure(
    { name, model }: NamedModel,
    { devices, batches, warmUp, repeats }: BenchmarkPlan,
    onPassed: OnPassed,
    signal: AbortSignal,
  ): Promise<BenchmarkResult[]> {
    const known = await this.#engine.devices();
    const sizes = [...new Set(batches)].sort((a, b) => a - b);
    const passes = warmUp + repeats;
    const total = sizes.reduce((sum, batch) => sum + batch * passes, 0) * new Set(devices).size;
    const results: BenchmarkResult[] = [];
    let before = 0;
    for (const device of new Set(devices)) {
      const facts = known.find(({ id }) => id === device) ?? unknown(device);
      for (const batch of sizes) {
        const text = `${device}, batch ${batch}`;
        onPassed(before, total, text);
        const onPass = (done: number): void => onPassed(before + done * batch, total, text);
        const measured = await this.#engine.benchmark({ device, model, batch, warmUp, repeats }, onPass, signal);
        before += batch * passes;
        const result = resultOf(name, facts, measured, { batch, warmUp, repeats });
        this.#kept.add(result);
        results.push(result);
      }
    }
    onPassed(total, total, '');
    return results;
  }

  #ofRun(id: number): NamedModel {
    const project = this.#project.require();
    const run = requireRun(project, id);
    return { name: run.name, model: { checkpoint: requireCheckpoint(project, run) } };
  }
}

function resultOf(
  model: string,
  { id, name, runtime, driver }: Device,
  { seconds, ...measured }: BenchmarkMeasurement,
  plan: Pick<BenchmarkResult, 'batch' | 'warmUp' | 'repeats'>,
): BenchmarkResult {
  const medianSeconds = quantile(seconds, 0.5);
  return {
    ...{ at: new Date().toISOString(), device: id, deviceName: name, runtime, driver, model, ...measured, ...plan },
    meanSeconds: seconds.reduce((sum, value) => sum + value, 0) / seconds.length,
    medianSeconds,
    p95Seconds: quantile(seconds, 0.95),
    imagesPerSecond: plan.batch / medianSeconds,
  };
}

function unknown(device: string): never {
  throw new FailureError({
    kind: 'not-found',
    message: `There is no device ${device}.`,
    remedy: 'Look at the list of devices.',
  });
}
