import { describe, expect, it } from 'vitest';
import { confusionMatrix, summarise } from '../../../src-shared/metrics/confusion.ts';

describe('confusion', () => {
  // The example of scikit-learn's confusion_matrix and classification_report documentation.
  const labels = [2, 0, 2, 2, 0, 1];
  const predictions = [0, 0, 2, 2, 0, 2];
  const confusion = confusionMatrix(labels, predictions, 3);

  it('counts labels in rows and predictions in columns', () => {
    expect(confusion).toEqual([
      [2, 0, 0],
      [0, 0, 1],
      [1, 0, 2],
    ]);
  });

  it('scores each class', () => {
    const { perClass, accuracy, balancedAccuracy, macroF1, images, correct } = summarise(confusion);
    expect(perClass[0]).toEqual({ support: 2, predicted: 3, precision: 2 / 3, recall: 1, f1: 0.8 });
    // Never predicted: no precision; scikit-learn writes 0 with a warning.
    expect(perClass[1]).toEqual({ support: 1, predicted: 0, precision: null, recall: 0, f1: 0 });
    expect(perClass[2]).toEqual({ support: 3, predicted: 3, precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 });
    expect([images, correct]).toEqual([6, 4]);
    expect(accuracy).toBeCloseTo(4 / 6, 14);
    expect(balancedAccuracy).toBeCloseTo((1 + 0 + 2 / 3) / 3, 14);
    expect(macroF1).toBeCloseTo((0.8 + 0 + 2 / 3) / 3, 14);
  });

  it('leaves classes that do not occur out of the means', () => {
    const summary = summarise(confusionMatrix([0, 1], [0, 0], 3));
    expect(summary.perClass[2]).toEqual({ support: 0, predicted: 0, precision: null, recall: null, f1: null });
    expect(summary.balancedAccuracy).toBe(0.5);
    expect(summary.macroF1).toBeCloseTo((2 / 3 + 0) / 2, 14);
  });

  it('has no accuracy without images, and refuses classes it does not know', () => {
    expect(summarise(confusionMatrix([], [], 2))).toMatchObject({ images: 0, accuracy: 0, macroF1: 0 });
    expect(() => confusionMatrix([2], [0], 2)).toThrow(RangeError);
    expect(() => confusionMatrix([0], [-1], 2)).toThrow(RangeError);
    expect(() => confusionMatrix([0, 1], [0], 2)).toThrow(RangeError);
  });
});
