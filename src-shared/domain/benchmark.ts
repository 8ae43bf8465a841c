/** How fast a model is on a device: measured as papers do, and kept. */
import { z } from 'zod';
import { DeviceId } from './device.ts';
import { ModelSize } from './run.ts';

/** `network`: POSTER-Var with fresh weights, for how fast it is does not depend on them; `run`: a model of the open project. */
export const BenchmarkModel = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('network'), size: ModelSize, vich: z.boolean() }),
  z.object({ kind: z.literal('run'), run: z.number().int() }),
]);
export type BenchmarkModel = z.infer<typeof BenchmarkModel>;

export const MOST_REPEATS = 10_000;
export const MOST_WARM_UP = 1_000;
export const LARGEST_BATCH = 256;
export const MOST_BATCHES = 10;

/** What to measure: forward passes of each batch size on each device. */
export const BenchmarkPlan = z.object({
  devices: z.array(DeviceId).min(1),
  batches: z.array(z.number().int().min(1).max(LARGEST_BATCH)).min(1).max(MOST_BATCHES),
  /** Passes before the ones that count: caches fill, shaders are compiled. */
  warmUp: z.number().int().min(0).max(MOST_WARM_UP),
  repeats: z.number().int().min(2).max(MOST_REPEATS),
});
export type BenchmarkPlan = z.infer<typeof BenchmarkPlan>;

export const BenchmarkRequest = BenchmarkPlan.extend({ model: BenchmarkModel });
export type BenchmarkRequest = z.infer<typeof BenchmarkRequest>;

/** Forward passes in evaluation mode, images in the processor's memory to outputs in it; float32. */
export const BenchmarkResult = z.object({
  /** When it was measured, ISO 8601. */
  at: z.string(),
  device: DeviceId,
  /** Hardware, runtime and driver as they were then. */
  deviceName: z.string(),
  runtime: z.string(),
  driver: z.string().nullable(),
  /** "Paper network", or the name of the run or file. */
  model: z.string(),
  size: ModelSize,
  classes: z.number().int(),
  vich: z.boolean(),
  /** Numbers in the model's parameters, as PyTorch counts them. */
  parameters: z.number(),
  /** Multiplications with addition in convolutions and matrix products, for one image: what many papers call FLOPs. */
  multiplyAdds: z.number(),
  batch: z.number().int(),
  warmUp: z.number().int(),
  repeats: z.number().int(),
  /** Seconds of one forward pass of the whole batch. */
  meanSeconds: z.number(),
  medianSeconds: z.number(),
  p95Seconds: z.number(),
  /** Batch by the median. */
  imagesPerSecond: z.number(),
  /** Seconds from weights to a session that is ready. */
  openSeconds: z.number(),
  /** Highest memory of the process that computed, its runtime included; a graphics card's own memory is not in it. */
  peakBytes: z.number(),
});
export type BenchmarkResult = z.infer<typeof BenchmarkResult>;

/** Columns of the table as files have it, whichever door writes them. */
export const BENCHMARK_COLUMNS: readonly {
  readonly name: string;
  readonly value: (result: BenchmarkResult) => string | number | null;
}[] = [
  { name: 'measured_at', value: ({ at }) => at },
  { name: 'device', value: ({ device }) => device },
  { name: 'device_name', value: ({ deviceName }) => deviceName },
  { name: 'runtime', value: ({ runtime }) => runtime },
  { name: 'driver', value: ({ driver }) => driver },
  { name: 'model', value: ({ model }) => model },
  { name: 'size', value: ({ size }) => size },
  { name: 'classes', value: ({ classes }) => classes },
  { name: 'vich', value: ({ vich }) => (vich ? 'yes' : 'no') },
  { name: 'parameters', value: ({ parameters }) => parameters },
  { name: 'multiply_adds_per_image', value: ({ multiplyAdds }) => multiplyAdds },
  { name: 'batch', value: ({ batch }) => batch },
  { name: 'warm_up', value: ({ warmUp }) => warmUp },
  { name: 'runs', value: ({ repeats }) => repeats },
  { name: 'mean_seconds', value: ({ meanSeconds }) => meanSeconds },
  { name: 'median_seconds', value: ({ medianSeconds }) => medianSeconds },
  { name: 'p95_seconds', value: ({ p95Seconds }) => p95Seconds },
  { name: 'images_per_second', value: ({ imagesPerSecond }) => imagesPerSecond },
  { name: 'open_seconds', value: ({ openSeconds }) => openSeconds },
  { name: 'peak_memory_bytes', value: ({ peakBytes }) => peakBytes },
];
