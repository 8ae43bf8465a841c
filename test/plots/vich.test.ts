import { describe, expect, it } from 'vitest';
import { SEVEN } from '../../src-shared/domain/expression.ts';
import { csvText } from '../../src-renderer/plots/export.ts';
import { density, phi } from '../../src-shared/plots/normal.ts';
import {
  beats,
  containing,
  fitRange,
  lockedRange,
  spreadLabels,
  vich,
  vichClasses,
  type VichData,
} from '../../src-shared/plots/vich.ts';
import { vichSummary, vichTable } from '../../src-shared/plots/vich-text.ts';

const data: VichData = {
  classes: SEVEN,
  mu: Float32Array.from([-1.56, 0.7, -2.5, 1.91, 1.93, -0.1, 0.2]),
  logvar: Float32Array.from([-1.3, -1.8, -2, -1.6, -0.2, -2.4, -1.2]),
};
const box = { width: 288, height: 260, range: [-6.2, 5] as const };

describe('normal distribution', () => {
  it('Phi matches tabulated values', () => {
    const known: [number, number][] = [
      [0, 0.5],
      [1, 0.841344746],
      [-1, 0.158655254],
      [1.959963985, 0.975],
      [-3, 0.001349898],
      [6, 0.999999999],
    ];
    for (const [z, p] of known) expect(phi(z)).toBeCloseTo(p, 6);
  });

  it('the density integrates to 1', () => {
    let sum = 0;
    for (let x = -8; x <= 8; x += 0.001) sum += density(x, 0.3, 0.7) * 0.001;
    expect(sum).toBeCloseTo(1, 5);
  });
});

describe('VICH plot', () => {
  it('has one curve a class with its peak at mu within a pixel', () => {
    const plot = vich(data, box);
    expect(plot.curves).toHaveLength(7);
    for (const curve of plot.curves) {
      const points = [...(curve.stroke ?? '').matchAll(/([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
      const top = points.reduce((a, b) => ((b[1] ?? 0) < (a[1] ?? 0) ? b : a));
      const expected =
        plot.left + ((curve.mu - box.range[0]) / (box.range[1] - box.range[0])) * (plot.right - plot.left);
      expect(Math.abs((top[0] ?? 0) - expected)).toBeLessThan(1);
      expect(curve.peak.x).toBeCloseTo(expected, 6);
      expect(curve.peak.y).toBeGreaterThanOrEqual(plot.top);
      expect(curve.peak.y).toBeLessThan(plot.base);
    }
  });

  it('draws every curve as high as the others when asked to, and nothing else differently', () => {
    const [plain, equal] = [vich(data, box), vich(data, { ...box, equal: true })];
    const top = (d: string | null): number =>
      Math.min(...[...(d ?? '').matchAll(/([\d.]+),([\d.]+)/g)].map(([, , y]) => Number(y)));
    const tops = equal.curves.map(({ stroke }) => top(stroke));
    for (const one of tops) expect(one).toBeCloseTo(tops[0] ?? NaN, 1);
    expect(new Set(plain.curves.map(({ stroke }) => Math.round(top(stroke)))).size).toBeGreaterThan(3);
    equal.curves.forEach((curve, at) => {
      expect(curve.peak.x).toBe(plain.curves[at]?.peak.x);
      expect(curve.deviation?.x1).toBe(plain.curves[at]?.deviation?.x1);
      expect(curve.pixels(density(curve.mu, curve.mu, curve.sigma ?? 1))).toBeCloseTo(curve.peak.y, 6);
    });
  });

  it('puts the baseline’s mu on the lanes, class by class, within the axis', () => {
    const baseline = { classes: [...SEVEN].reverse(), mu: Float32Array.from([0.5, 1, 99, -99, 2, 0, 1.5]) };
    const plot = vich(data, { ...box, baseline });
    for (const curve of plot.curves) {
      const mu = baseline.mu[baseline.classes.indexOf(curve.expression)] ?? NaN;
      expect(curve.baselineX).toBeCloseTo(Math.min(plot.right, Math.max(plot.left, plot.x(mu))), 6);
    }
    const six = vich(data, { ...box, baseline: { classes: SEVEN.slice(1), mu: [1, 2, 3, 4, 5, 6] } });
    expect(six.curves.filter(({ baselineX }) => baselineX === null).map(({ expression }) => expression)).toEqual([
      SEVEN[0],
    ]);
    expect(vich(data, box).curves.every(({ baselineX }) => baselineX === null)).toBe(true);
  });

  it('has eight curves for eight classes', () => {
    const eight: VichData = {
      classes: [...SEVEN, 'contempt'],
      mu: [...Array.from(data.mu), 0.5],
      logvar: [...Array.from(data.logvar ?? []), -1],
    };
    expect(vich(eight, box).curves).toHaveLength(8);
  });

  it('is as high as the density says: sigma = exp(logvar / 2)', () => {
    const plot = vich(data, box);
    for (const curve of plot.curves) {
      expect(curve.sigma).toBeCloseTo(Math.exp((curve.logvar ?? 0) / 2), 6);
      expect(curve.peak.y).toBeCloseTo(curve.pixels(1 / ((curve.sigma ?? 1) * Math.sqrt(2 * Math.PI))), 4);
      const { x1 = 0, x2 = 0, y = 0 } = curve.deviation ?? {};
      expect((x2 - x1) / 2).toBeCloseTo(plot.x(curve.mu + (curve.sigma ?? 0)) - curve.peak.x, 6);
      expect(y).toBeGreaterThan(curve.peak.y);
    }
  });

  it('marks the predicted class and draws it last', () => {
    const plot = vich(data, box);
    expect(plot.curves.at(-1)).toMatchObject({ expression: 'fear', winner: true, rank: 0 });
    expect(plot.curves.filter((curve) => curve.winner)).toHaveLength(1);
  });

  it('draws a marker instead of a curve that is thinner than 0.001', () => {
    const sharp: VichData = { classes: ['happy', 'sad'], mu: [1, 0], logvar: [-20, 0] };
    const plot = vich(sharp, box);
    const happy = plot.curves.find((curve) => curve.expression === 'happy');
    expect(happy?.stroke).toBeNull();
    expect(happy?.sigma).toBeLessThan(0.001);
    expect(plot.curves.find((curve) => curve.expression === 'sad')?.stroke).not.toBeNull();
  });

  it('gives points and no curves without VICH', () => {
    const plot = vich({ ...data, logvar: null }, box);
    for (const curve of plot.curves) {
      expect(curve.stroke).toBeNull();
      expect(curve.peak.y).toBe(plot.base);
    }
  });

  it('stays within its box, also where a curve is cut by the range', () => {
    const plot = vich(data, { ...box, range: [-1, 1] });
    for (const curve of plot.curves)
      for (const [, x] of (curve.stroke ?? '').matchAll(/([\d.-]+),/g)) {
        expect(Number(x)).toBeGreaterThanOrEqual(plot.left - 0.01);
        expect(Number(x)).toBeLessThanOrEqual(plot.right + 0.01);
      }
  });
});

describe('range of the plot', () => {
  it('fits mu ± 3 sigma of one image', () => {
    const [low, high] = fitRange({ classes: ['happy', 'sad'], mu: [0, 2], logvar: [0, 0] });
    expect(low).toBeCloseTo(-3, 9);
    expect(high).toBeCloseTo(5, 9);
  });

  it('is locked to 0.5% .. 99.5% over many images, so that one freak does not stretch it', () => {
    const many = Array.from({ length: 300 }, (): VichData => ({
      classes: ['happy', 'sad'],
      mu: [1, -1],
      logvar: [0, 0],
    }));
    const range = lockedRange([...many, { classes: ['happy', 'sad'], mu: [1, 900], logvar: [0, 0] }]);
    expect(range?.[0]).toBeCloseTo(-4, 6);
    expect(range?.[1]).toBeCloseTo(4, 6);
    expect(lockedRange([])).toBeNull();
  });

  it('widens for a peak outside and not otherwise', () => {
    expect(containing([-4, 4], data)).toEqual([-4, 4]);
    const [low, high] = containing([-1, 1], data);
    expect(low).toBeLessThan(-2.5);
    expect(high).toBeGreaterThan(1.93);
  });
});

describe('labels above the plot', () => {
  it('keep their order and distance within the width', () => {
    const placed = spreadLabels([100, 101, 102, 103, 250, 251, 252], 32, 34, 270);
    for (let i = 0; i + 1 < placed.length; i++)
      expect((placed[i + 1] ?? 0) - (placed[i] ?? 0)).toBeGreaterThanOrEqual(32 - 0.5);
    expect(placed[0]).toBeGreaterThanOrEqual(34);
    expect(placed.at(-1)).toBeLessThanOrEqual(270);
  });

  it('stay where they are when there is room', () => {
    expect(spreadLabels([50, 150, 250], 32, 34, 270)).toEqual([50, 150, 250]);
  });
});

describe('words and numbers', () => {
  it('says who wins over whom', () => {
    expect(vichSummary(data)).toBe(
      'Fear (μ 1.93) beats Surprise with P 0.51, assuming independence. Prediction uses μ only.',
    );
    expect(vichSummary({ ...data, logvar: null })).toContain('no VICH');
  });

  it('P of two equal classes is a half, of two far apart one', () => {
    const [a, b] = vichClasses({ classes: ['happy', 'sad'], mu: [1, 1], logvar: [0, 0] });
    expect(a && b ? beats(a, b) : null).toBeCloseTo(0.5, 6);
    const [c, d] = vichClasses({ classes: ['happy', 'sad'], mu: [9, -9], logvar: [0, 0] });
    expect(c && d ? beats(c, d) : null).toBeCloseTo(1, 6);
  });

  it('exports mu and logvar in full', () => {
    const lines = csvText(vichTable(data), { image: 'a,b.png', run: '=cmd' }).trimEnd().split('\r\n');
    expect(lines).toHaveLength(8);
    expect(lines[0]).toBe('class,mu,logvar,sigma,softmax,p_winner_beats,image,run');
    const fear = lines.find((text) => text.startsWith('fear,'))?.split(',') ?? [];
    expect(Math.abs(Number(fear[1]) - (data.mu[4] ?? 0))).toBeLessThan(1e-9);
    expect(Math.abs(Number(fear[2]) - (data.logvar?.[4] ?? 0))).toBeLessThan(1e-9);
    // A comma is quoted; what a spreadsheet would run as a formula is defused.
    expect(lines[1]).toContain('"a,b.png"');
    expect(lines[1]).toContain("'=cmd");
  });
});
