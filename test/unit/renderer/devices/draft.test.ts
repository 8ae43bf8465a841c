import { describe, expect, it } from 'vitest';
import { BenchmarkRequest } from '../../../../src-shared/domain/benchmark.ts';
import { autoSentence } from '../../../../src-renderer/views/devices/auto-text.ts';
import { NEW_BENCHMARK, readBenchmark, type BenchmarkDraft } from '../../../../src-renderer/views/devices/draft.ts';

const draft: BenchmarkDraft = { ...NEW_BENCHMARK, devices: ['cpu'] };

describe('the benchmark form', () => {
  it('makes a request of what is typed', () => {
    const read = readBenchmark({ ...draft, batches: ' 1,8 , 32', model: 'tiny-plain' });
    expect(read).toEqual({
      request: {
        ...{ devices: ['cpu'], batches: [1, 8, 32], warmUp: 10, repeats: 100 },
        model: { kind: 'network', size: 'tiny', vich: false },
      },
    });
    if ('request' in read) expect(BenchmarkRequest.parse(read.request)).toEqual(read.request);
    expect(readBenchmark({ ...draft, model: '12' })).toMatchObject({ request: { model: { kind: 'run', run: 12 } } });
    expect(readBenchmark(draft)).toMatchObject({ request: { model: { size: 'paper', vich: true } } });
  });

  it.each([
    ['devices', { devices: [] }],
    ['batches', { batches: '1, many' }],
    ['batches', { batches: '' }],
    ['batches', { batches: '0' }],
    ['batches', { batches: '257' }],
    ['batches', { batches: '1,2,3,4,5,6,7,8,9,10,11' }],
    ['warmUp', { warmUp: '-1' }],
    ['repeats', { repeats: '1' }],
    ['repeats', { repeats: '1e3' }],
  ] as const)('says what is wrong with %s: %j', (field, change) => {
    const read = readBenchmark({ ...draft, ...change });
    expect('problems' in read && Object.keys(read.problems)).toEqual([field]);
  });
});

describe('what auto takes', () => {
  it('is told with the measurement behind it', () => {
    expect(autoSentence({ work: 'inference', device: 'cpu', measured: [] })).toBe(
      'Predictions: cpu, the only device that can be used.',
    );
    const measured = [
      { device: 'cpu' as const, seconds: 0.5 },
      { device: 'webgpu' as const, seconds: 0.0042 },
      { device: 'cuda' as const, seconds: null },
    ];
    expect(autoSentence({ work: 'training', device: 'webgpu', measured })).toBe(
      'Training: webgpu. A piece of the network took: cpu 500 ms, webgpu 4.20 ms, cuda failed.',
    );
    expect(autoSentence({ work: 'training', device: null, measured: [] })).toMatch(/not measured yet/);
  });
});
