import { describe, expect, it } from 'vitest';
import { labelDoubt, meanTrainingLoss, surprise } from '../../../src-shared/metrics/label-doubt.ts';
import { UNSEEN } from '../../../src-shared/domain/dynamics.ts';

describe('doubt of a label', () => {
  it('is one minus the least probability that a source gives it: learning by heart makes a source kinder, never harder', () => {
    expect(labelDoubt([surprise(0.25)])).toBeCloseTo(0.75, 12);
    expect(labelDoubt([surprise(0.9), surprise(0.1)])).toBeCloseTo(0.9, 12);
    expect(labelDoubt([surprise(0.1), surprise(0.9)])).toBeCloseTo(0.9, 12);
    expect(labelDoubt([surprise(1), surprise(1)])).toBe(0);
  });

  it('tells nothing apart that is less probable than one in a million', () => {
    expect(surprise(0)).toBeCloseTo(6 * Math.log(10), 12);
    expect(labelDoubt([surprise(0), surprise(1)])).toBeCloseTo(1 - 1e-6, 12);
  });
});

describe('mean training loss', () => {
  const epoch = (number: number, loss: number[]) => ({
    epoch: number,
    loss: Float32Array.from(loss),
    margin: new Float32Array(loss.length),
    predicted: new Uint8Array(loss.length).fill(UNSEEN),
  });

  it('leaves out the first third of the epochs, and epochs that did not draw the image', () => {
    const found = meanTrainingLoss({
      images: Int32Array.of(7, 8, 9),
      labels: Uint8Array.of(0, 3, 1),
      epochs: [epoch(1, [9, 9, 9]), epoch(2, [1, NaN, NaN]), epoch(3, [3, 0.5, NaN])],
    });
    expect(found).toEqual(
      new Map([
        [7, { label: 0, loss: 2 }],
        [8, { label: 3, loss: 0.5 }],
      ]),
    );
  });

  it('knows nothing of a run that has not ended an epoch', () => {
    expect(meanTrainingLoss({ images: Int32Array.of(7), labels: Uint8Array.of(0), epochs: [] }).size).toBe(0);
  });
});
