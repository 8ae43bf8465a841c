import { z } from 'zod';
import { BenchmarkRequest, BenchmarkResult } from '../../domain/benchmark.ts';
import { AutoChoice, Device, TensorflowRequest, TensorflowStatus } from '../../domain/device.ts';
import { methods } from '../define.ts';
import { id, nothing } from './common.ts';

/** Where models can run, how fast, and the part of it that has to be installed. */
export const devices = methods({
  /** `refresh`: looks and tries again, for a driver that was installed meanwhile. */
  'devices.list': { params: z.object({ refresh: z.boolean().optional() }), value: z.array(Device) },
  /** What `auto` takes for each kind of work. `missing` measures what is not known, `again` everything: seconds. */
  'devices.auto': { params: z.object({ measure: z.enum(['no', 'missing', 'again']) }), value: z.array(AutoChoice) },
  'devices.benchmark': { params: BenchmarkRequest, value: z.object({ job: id }) },
  /** Kept results of this machine, the newest first. */
  'devices.benchmarks': { params: nothing, value: z.array(BenchmarkResult) },
  'devices.clearBenchmarks': { params: nothing, value: z.null() },
  'tensorflow.status': { params: nothing, value: TensorflowStatus },
  'tensorflow.install': { params: TensorflowRequest, value: z.object({ job: id }) },
  'tensorflow.remove': { params: nothing, value: TensorflowStatus },
});
