/** What is measured, in which order, and what is kept of it. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BenchmarkResult } from '../../../src-shared/domain/benchmark.ts';
import type { Device } from '../../../src-shared/domain/device.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { Benchmarks, freshNetwork } from '../../../src-main/services/benchmarks/benchmarks.ts';
import type { Engine } from '../../../src-main/services/engine/interface.ts';
import type { OpenProject } from '../../../src-main/services/runs/context.ts';

const device = (id: Device['id']): Device => ({
  ...{ id, name: `The ${id}`, runtime: 'R 1', memoryBytes: 1, driver: null, available: true, reason: null },
});
const NO_PROJECT: OpenProject = {
  require: () => {
    throw new FailureError({ kind: 'conflict', message: 'No project is open.', remedy: '' });
  },
};
const PLAN = { devices: ['cpu', 'webgpu'], batches: [8, 1, 8], warmUp: 1, repeats: 4 } as const;
const plan = { ...PLAN, devices: [...PLAN.devices], batches: [...PLAN.batches] };
const network = freshNetwork({ kind: 'network', size: 'tiny', vich: true });
const never = new AbortController().signal;

let home: string;
let asked: string[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'poster-var-benchmarks-'));
  asked = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** @param failsAt name of the measurement that does. */
function benchmarks(failsAt = ''): Benchmarks {
  const benchmark: Engine['benchmark'] = ({ device, batch, warmUp, repeats }, onPass) => {
    asked.push(`${device} ${batch}`);
    if (failsAt === asked.at(-1)) {
      return Promise.reject(new FailureError({ kind: 'cancelled', message: 'Cancelled.', remedy: '' }));
    }
    for (let pass = 1; pass <= warmUp + repeats; pass++) onPass(pass);
    return Promise.resolve({
      ...{ size: 'tiny', classes: 7, vich: true, parameters: 10, multiplyAdds: 20, openSeconds: 0.5, peakBytes: 30 },
      seconds: Float64Array.of(0.4, 0.1, 0.2, 0.1),
    });
  };
  return new Benchmarks(
    NO_PROJECT,
    { devices: () => Promise.resolve([device('cpu'), device('webgpu')]), benchmark },
    home,
  );
}

describe('a benchmark', () => {
  it('measures each batch size once on each device, counting images', async () => {
    const told: (readonly [number, number])[] = [];
    const results = await benchmarks().measure(network, plan, (done, total) => told.push([done, total]), never);
    expect(asked).toEqual(['cpu 1', 'cpu 8', 'webgpu 1', 'webgpu 8']);
    expect(results).toHaveLength(4);
    // Two devices, five passes of 1 and of 8 images.
    expect(told.every(([, total]) => total === 90)).toBe(true);
    expect(told.map(([done]) => done)).toEqual(told.map(([done]) => done).toSorted((a, b) => a - b));
    expect(told.at(-1)).toEqual([90, 90]);
    expect(results[1]).toMatchObject({
      ...{ device: 'cpu', deviceName: 'The cpu', batch: 8, warmUp: 1, repeats: 4, model: 'Tiny network' },
      ...{ openSeconds: 0.5, peakBytes: 30 },
    });
    expect(results[1]?.meanSeconds).toBeCloseTo(0.2, 12);
    expect(results[1]?.medianSeconds).toBeCloseTo(0.15, 12);
    expect(results[1]?.p95Seconds).toBeCloseTo(0.37, 12);
    expect(results[1]?.imagesPerSecond).toBeCloseTo(8 / 0.15, 9);
  });

  it('keeps each result as soon as it is there, the newest first, also for the next start', async () => {
    const failure: unknown = await benchmarks('webgpu 1')
      .measure(network, plan, () => undefined, never)
      .catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(FailureError);
    const kept = benchmarks().list();
    expect(kept.map(({ device, batch }) => `${device} ${batch}`)).toEqual(['cpu 8', 'cpu 1']);
    expect(kept.every((one) => BenchmarkResult.safeParse(one).success)).toBe(true);
  });

  it('leaves out what it cannot read, and forgets all when asked', async () => {
    await benchmarks().measure(network, { ...plan, batches: [1] }, () => undefined, never);
    appendFileSync(join(home, 'benchmarks.jsonl'), '{"device": "abacus"}\n{ half');
    expect(benchmarks().list()).toHaveLength(2);
    benchmarks().clear();
    expect(benchmarks().list()).toEqual([]);
  });

  it('names the baseline apart, and as a job needs an open project', () => {
    expect(freshNetwork({ kind: 'network', size: 'paper', vich: false }).name).toBe('Paper network without VICH');
    const request = { ...plan, model: { kind: 'network', size: 'tiny', vich: true } } as const;
    expect(() => benchmarks().start(request)).toThrow('No project is open.');
  });
});
