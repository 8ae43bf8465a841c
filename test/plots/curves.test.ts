import { describe, expect, it } from 'vitest';
import type { EpochMetrics } from '../../src-shared/domain/run.ts';
import { curveGeometry, readAt } from '../../src-renderer/plots/curves.ts';
import { decimate } from '../../src-renderer/plots/decimate.ts';
import {
  ema,
  epochSeries,
  learningRateSeries,
  nearest,
  smoothingWeight,
  stepsOnAxis,
  type CurveSeries,
} from '../../src-renderer/plots/series.ts';

const epoch = (n: number, seconds: number, valAccuracy: number | null): EpochMetrics => ({
  epoch: n,
  learningRate: 1e-3 * 0.9 ** (n - 1),
  trainLoss: 2 / n,
  trainAccuracy: 0.5,
  valLoss: null,
  valAccuracy,
  valBalancedAccuracy: null,
  valMacroF1: null,
  meanSigma: null,
  waitSeconds: null,
  processSeconds: seconds,
});
const clock = { stepsPerEpoch: 10, epochs: [epoch(1, 5, 0.4), epoch(2, 15, null), epoch(3, 20, 0.6)] };
const options = {
  width: 400,
  height: 200,
  xMax: 3,
  log: false,
  formatX: (x: number) => String(x),
  formatY: (y: number) => String(y),
};

describe('a level that lines are held against', () => {
  it('is part of the axis, with its name', () => {
    const series: CurveSeries[] = [{ name: 'validation', style: 'line', xs: [1, 2], ys: [40, 60] }];
    const reference = { y: 92.76, label: 'paper reports 92.76, RAF-DB' };
    const drawn = curveGeometry(series, { ...options, limits: [0, 100], reference });
    expect(drawn.reference?.label).toBe(reference.label);
    // On the scale of the lines, inside the box, above both of them.
    expect(drawn.reference?.y).toBeCloseTo(drawn.y(92.76), 9);
    expect(drawn.reference?.y).toBeGreaterThanOrEqual(drawn.top);
    expect(drawn.reference?.y).toBeLessThan(drawn.y(60));
    expect(curveGeometry(series, options).reference).toBeNull();
  });
});

describe('the exponential average', () => {
  it('starts at the first value, not at zero, and follows the definition', () => {
    const [a, b] = ema([4, 2], 0.9);
    expect(a).toBeCloseTo(4, 12);
    expect(b).toBeCloseTo((0.9 * 0.1 * 4 + 0.1 * 2) / (1 - 0.81), 12);
  });

  it('carries on over values that are no numbers', () => {
    expect([...ema([NaN, 3, NaN, 3], 0.5)].map((value) => (Number.isNaN(value) ? null : value))).toEqual([
      null,
      3,
      3,
      3,
    ]);
  });

  it('keeps its window between 5 and 200 steps', () => {
    expect(smoothingWeight(10)).toBeCloseTo(0.8);
    expect(smoothingWeight(1e6)).toBeCloseTo(0.995);
  });
});

describe('a step on each axis', () => {
  it('is itself, its share of epochs, or the process time between the epochs that are known', () => {
    expect([...stepsOnAxis([5, 20], 'step', clock)]).toEqual([5, 20]);
    expect([...stepsOnAxis([5, 20], 'epoch', clock)]).toEqual([0.5, 2]);
    // 5 s for epoch 1, 10 s for epoch 2, and on at 0.5 s a step after epoch 3.
    expect([...stepsOnAxis([5, 10, 15, 40], 'time', clock)]).toEqual([2.5, 5, 10, 25]);
  });

  it('uses the running time before the first epoch ends', () => {
    const young = { stepsPerEpoch: 10, epochs: [], now: { step: 4, seconds: 8 } };
    expect([...stepsOnAxis([1, 4], 'time', young)]).toEqual([2, 8]);
  });
});

describe('series of epochs', () => {
  it('leave out epochs without the number', () => {
    expect(epochSeries('accuracy', 'line', clock, 'epoch', (e) => e.valAccuracy)).toMatchObject({
      xs: [1, 3],
      ys: [0.4, 0.6],
    });
  });

  it('draw the learning rate as steps', () => {
    const series = learningRateSeries(clock, 'step');
    expect(series.xs).toEqual([0, 10, 10, 20, 20, 30]);
    expect(series.ys[0]).toBe(series.ys[1]);
    expect(series.ys[2]).toBeCloseTo(9e-4);
  });

  it('find the nearest point', () => {
    expect([0.4, 1.6, 2.4, 99].map((x) => nearest([0, 1, 2, 3], x))).toEqual([0, 2, 2, 3]);
    expect(nearest([], 1)).toBe(-1);
  });
});

describe('decimation', () => {
  it('keeps first, lowest, highest and last of each pixel column', () => {
    const ys = [5, 1, 9, 6, 7];
    expect(decimate([0, 0.2, 0.4, 0.6, 0.8], ys, (x) => x)).toEqual([0, 1, 2, 4]);
  });

  it('draws a million points with at most four a column and loses no spike', () => {
    const n = 1_000_000;
    const xs = Float64Array.from({ length: n }, (_, i) => i);
    const ys = Float64Array.from({ length: n }, (_, i) => (i === 777_777 ? 100 : Math.sin(i)));
    const kept = decimate(xs, ys, (x) => (x / n) * 500);
    expect(kept.length).toBeLessThanOrEqual(2_000);
    expect(kept).toContain(777_777);
    expect(kept.every((index, at) => at === 0 || index > (kept[at - 1] ?? 0))).toBe(true);
  });

  it('leaves out what is no number', () => {
    expect(decimate([0, 1, 2], [1, NaN, 2], (x) => x)).toEqual([0, 2]);
  });
});

describe('the drawing of curves', () => {
  const line: CurveSeries = { name: 'train', style: 'line', xs: [0, 1, 2, 3], ys: [2, 1, 0.5, 0.25] };
  const raw: CurveSeries = { name: 'steps', style: 'raw', xs: [0, 1, 2, 3], ys: [3, 0.5, 1, 0.1] };

  it('is stable', () => {
    const {
      x: _x,
      y: _y,
      ...drawing
    } = curveGeometry([raw, line], { ...options, include: [0], best: { x: 3, y: 0.25 } });
    expect(drawing).toMatchSnapshot();
  });

  it('puts points where the scales say', () => {
    const { paths, x, y, left, bottom } = curveGeometry([line], { ...options, include: [0] });
    expect(x(0)).toBe(left);
    expect(y(0)).toBe(bottom);
    expect(paths[0]?.end).toEqual({ x: x(3), y: y(0.25) });
  });

  it('drops on a log axis what has no logarithm', () => {
    const { paths, y } = curveGeometry([{ ...line, ys: [1, 0, -1, 0.01] }], { ...options, log: true, include: [0] });
    expect(paths[0]?.d.split('L')).toHaveLength(2);
    expect(y.domain()[0]).toBeGreaterThan(0);
  });

  it('keeps percentages within their limits', () => {
    const { y } = curveGeometry([{ ...line, ys: [2, 50, 99, 98] }], { ...options, limits: [0, 100] });
    expect(y.domain()[0]).toBeGreaterThanOrEqual(0);
    expect(y.domain()[1]).toBeLessThanOrEqual(100);
  });

  it('has axes but says so when there is nothing to draw', () => {
    const { empty, yTicks } = curveGeometry([{ ...line, xs: [], ys: [] }], options);
    expect(empty).toBe(true);
    expect(yTicks.length).toBeGreaterThan(1);
  });

  it('gives one value a room of its own', () => {
    const { y } = curveGeometry([{ ...line, xs: [1], ys: [3] }], options);
    const [low = 0, high = 0] = y.domain();
    expect(low).toBeLessThan(3);
    expect(high).toBeGreaterThan(3);
  });

  it('reads the lines at the crosshair, or their last values', () => {
    expect(readAt([raw, line], 1.2)).toEqual([{ name: 'train', style: 'line', x: 1, y: 1 }]);
    expect(readAt([raw, line], null)).toEqual([{ name: 'train', style: 'line', x: 3, y: 0.25 }]);
  });
});
