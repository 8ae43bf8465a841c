import { describe, expect, it } from 'vitest';
import type { BenchmarkResult } from '../../src-shared/domain/benchmark.ts';
import { latest, milliseconds, speed, speedSummary, speedTable } from '../../src-renderer/plots/speed.ts';
import { sortResults } from '../../src-renderer/views/devices/order.ts';

const result = (
  device: BenchmarkResult['device'],
  batch: number,
  medianSeconds: number,
  at: string,
): BenchmarkResult => ({
  ...{ at, device, deviceName: device, runtime: 'R', driver: null, model: 'Tiny network', size: 'tiny', classes: 7 },
  ...{ vich: true, parameters: 10, multiplyAdds: 20, batch, warmUp: 1, repeats: 50, medianSeconds },
  ...{ meanSeconds: medianSeconds, p95Seconds: 2 * medianSeconds, imagesPerSecond: batch / medianSeconds },
  ...{ openSeconds: 1, peakBytes: 100 },
});
const results = [
  result('webgpu', 8, 0.01, '2026-01-03'),
  result('cpu', 1, 0.02, '2026-01-02'),
  result('cpu', 8, 0.08, '2026-01-02'),
  result('cpu', 1, 0.5, '2026-01-01'),
  { ...result('cpu', 1, 0.001, '2026-01-04'), model: 'Another' },
];

describe('images a second', () => {
  it('shows the latest of each device and batch size of one model', () => {
    const shown = latest(results, 'Tiny network');
    expect(shown.map(({ device, batch, medianSeconds }) => [device, batch, medianSeconds])).toEqual([
      ['cpu', 1, 0.02],
      ['cpu', 8, 0.08],
      ['webgpu', 8, 0.01],
    ]);
    expect(speed(shown, { width: 400, height: 240 })).toMatchSnapshot();
    expect(speedSummary(shown)).toBe(
      'Most images a second: 800 on webgpu with batches of 8; the shortest wait: 10.0 ms for 8 images on webgpu.',
    );
    expect(speedTable(shown).rows[0]).toEqual(['cpu', 1, 50, 20, 40, 20]);
    expect(speedSummary([])).toBe('Nothing is measured yet.');
  });

  it('is drawn with its foot on the axis, and the slow twentieth as a whisker below the top', () => {
    const { marks, bottom, top } = speed(latest(results, 'Tiny network'), { width: 400, height: 240 });
    for (const { y, whisker } of marks) {
      expect(y).toBeGreaterThan(top);
      expect(y).toBeLessThan(bottom);
      expect(whisker?.[0]).toBeCloseTo((y + bottom) / 2, 9);
    }
  });

  it('times have three digits', () => {
    expect([0.0014999, 0.0512, 0.1234, 2.5].map(milliseconds)).toEqual(['1.50', '51.2', '123', '2,500']);
  });

  it('are sorted by any column', () => {
    expect(sortResults(results, { key: 'batch', descending: true }).map(({ batch }) => batch)).toEqual([8, 8, 1, 1, 1]);
    expect(sortResults(results, { key: 'model', descending: false })[0]?.model).toBe('Another');
  });
});
