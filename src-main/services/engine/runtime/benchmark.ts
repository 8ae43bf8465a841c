/** Times forward passes of a model on a device, as papers do: some to warm up, then many that count. */
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { loadCheckpoint, parameterCount } from '../checkpoint/checkpoint.ts';
import type { BenchmarkedModel, BenchmarkMeasurement } from '../interface.ts';
import type { ModelConfig } from '../model/config.ts';
import { initialise } from '../model/initialise.ts';
import type { Weights } from '../model/initialise.ts';
import { Random } from '../random.ts';
import { multiplyAdds } from '../trace/cost.ts';
import type { DeviceId } from './devices.ts';
import { evaluationGraph, IMAGE_SIZE } from './graphs.ts';
import { openClassifier } from './inference.ts';

export interface BenchmarkTask {
  readonly device: DeviceId;
  readonly model: BenchmarkedModel;
  readonly batch: number;
  readonly warmUp: number;
  readonly repeats: number;
}

/**
 * @param onPass passes done, those to warm up included; awaited between two passes, never within a measured one.
 * @throws FailureError as `loadCheckpoint`; 'engine' where the outputs are no finite numbers.
 */
export async function benchmark(
  { device, model, batch, warmUp, repeats }: BenchmarkTask,
  onPass: (done: number) => Promise<void>,
): Promise<BenchmarkMeasurement> {
  const { weights, config } = modelOf(model);
  const work = multiplyAdds(evaluationGraph(config, 1));
  const random = Random.seeded(1);
  const images = Float32Array.from({ length: batch * IMAGE_SIZE }, () => random.normal());
  const opening = performance.now();
  const classifier = await openClassifier(weights, config, device, batch);
  const openSeconds = (performance.now() - opening) / 1000;
  const seconds = new Float64Array(repeats);
  for (let pass = 0; pass < warmUp + repeats; pass += 1) {
    const start = performance.now();
    const { mu } = await classifier.run(images, batch);
    if (pass >= warmUp) seconds[pass - warmUp] = (performance.now() - start) / 1000;
    if (!mu.every(Number.isFinite)) throw notFinite(device);
    await onPass(pass + 1);
    // `session.run` blocks this thread: messages are heard in between.
    await setImmediate();
  }
  const peakBytes = peakMemory();
  await classifier.dispose();
  const { size, classes, vich } = config;
  return {
    size,
    classes,
    vich,
    parameters: parameterCount(config),
    multiplyAdds: work,
    seconds,
    openSeconds,
    peakBytes,
  };
}

function modelOf(model: BenchmarkedModel): { weights: Weights; config: ModelConfig } {
  if ('checkpoint' in model) return loadCheckpoint(model.checkpoint);
  const config: ModelConfig = { ...model, layerEmbedding: true, frozenBackboneBatchNorm: 'batch' };
  return { config, weights: initialise(config, 1) };
}

/**
 * Highest resident memory of this process so far, bytes. Linux's getrusage would count what its parent had when it was forked,
 * /proc does not.
 */
export function peakMemory(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return kilobytes === undefined ? process.resourceUsage().maxRSS * 1024 : Number(kilobytes) * 1024;
}

function notFinite(device: DeviceId): FailureError {
  return new FailureError({
    kind: 'engine',
    message: `On ${device} the model gave numbers that are not finite: its times would say nothing.`,
    remedy: 'Update the driver, or choose another device.',
  });
}
