import { describe, expect, it } from 'vitest';
import { cohenKappa, fleissKappa, krippendorffAlpha } from '../../../src-shared/metrics/agreement.ts';

/** Two lists of labels with these counts: rows the first annotator, columns the second. */
function lists(table: readonly (readonly number[])[]): [number[], number[]] {
  const [first, second]: [number[], number[]] = [[], []];
  table.forEach((row, i) =>
    row.forEach((count, j) => {
      for (let n = 0; n < count; n++) {
        first.push(i);
        second.push(j);
      }
    }),
  );
  return [first, second];
}

describe('Cohen’s kappa', () => {
  it('and its standard error are those of Fleiss, Levin and Paik, Statistical methods for rates and proportions, 3rd ed., table 18.1', () => {
    // Two clinicians on 100 patients: psychotic, neurotic, organic. kappa 0.676; the book's interval is 0.676 ± 1.96 × 0.088.
    const result = cohenKappa(
      ...lists([
        [75, 1, 4],
        [5, 4, 1],
        [0, 0, 10],
      ]),
    );
    expect(result?.kappa).toBeCloseTo(0.676, 3);
    expect((result?.kappa ?? 0) - (result?.low ?? 0)).toBeCloseTo(1.96 * 0.088, 2);
    expect(result?.units).toBe(100);
  });

  it('is 1 for perfect agreement, below 0 for less than chance, and nothing for nothing', () => {
    expect(cohenKappa([0, 1, 2], [0, 1, 2])).toMatchObject({ kappa: 1, low: 1, high: 1 });
    expect(cohenKappa([0, 1], [1, 0])?.kappa).toBe(-1);
    expect(cohenKappa([], [])).toBeNull();
    expect(cohenKappa([1, 1], [1, 1])).toBeNull();
  });
});

describe('Fleiss’ kappa', () => {
  it('is 0.210 on ten subjects that fourteen raters put into five classes', () => {
    const kappa = fleissKappa([
      [0, 0, 0, 0, 14],
      [0, 2, 6, 4, 2],
      [0, 0, 3, 5, 6],
      [0, 3, 9, 2, 0],
      [2, 2, 8, 1, 1],
      [7, 7, 0, 0, 0],
      [3, 2, 6, 3, 0],
      [2, 5, 3, 2, 2],
      [6, 5, 2, 1, 0],
      [0, 2, 2, 3, 7],
    ]);
    expect(kappa).toBeCloseTo(0.21, 3);
  });

  it('asks for the same number of raters everywhere', () => {
    expect(
      fleissKappa([
        [1, 1],
        [2, 1],
      ]),
    ).toBeNull();
    expect(fleissKappa([])).toBeNull();
  });
});

describe('Krippendorff’s alpha', () => {
  it('is 0.743 on the nominal data of Krippendorff 2011, with missing values', () => {
    const observers = [
      [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
      [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
      [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
      [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ];
    const units = Array.from({ length: 12 }, (_, unit) =>
      observers.map((row) => row[unit] ?? 0).filter((value) => value !== 0),
    );
    expect(krippendorffAlpha(units)).toBeCloseTo(0.743, 3);
  });

  it('is 1 for perfect agreement and nothing without pairs', () => {
    expect(
      krippendorffAlpha([
        [1, 1],
        [2, 2, 2],
      ]),
    ).toBe(1);
    expect(krippendorffAlpha([[1], [2]])).toBeNull();
  });
});
