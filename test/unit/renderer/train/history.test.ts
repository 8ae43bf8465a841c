import { describe, expect, it } from 'vitest';
import type { EpochMetrics } from '../../../../src-shared/domain/run.ts';
import {
  NO_METRICS,
  progressOf,
  remainingRange,
  withEpoch,
  withSteps,
} from '../../../../src-renderer/views/train/history.ts';

const epoch = (n: number): EpochMetrics => ({
  epoch: n,
  learningRate: 1e-3,
  trainLoss: 1,
  trainAccuracy: 0.5,
  valLoss: 1,
  valAccuracy: 0.5,
  valBalancedAccuracy: null,
  valMacroF1: null,
  meanSigma: null,
  waitSeconds: null,
  processSeconds: n,
});

describe('losses from an answer and from events', () => {
  it('are joined once, whichever came first', () => {
    const known = withSteps(NO_METRICS, 1, Float32Array.of(4, 3, 2));
    const both = withSteps(known, 2, Float32Array.of(3, 2, 1));
    expect([...both.steps]).toEqual([1, 2, 3, 4]);
    expect([...both.loss]).toEqual([4, 3, 2, 1]);
    expect(withSteps(both, 1, Float32Array.of(4))).toBe(both);
  });

  it('keep their step numbers over a gap', () => {
    const gap = withSteps(withSteps(NO_METRICS, 1, Float32Array.of(9)), 10, Float32Array.of(5));
    expect([...gap.steps]).toEqual([1, 10]);
  });

  it('keep epochs in order, each once', () => {
    const metrics = [2, 1, 2].reduce((all, n) => withEpoch(all, epoch(n)), NO_METRICS);
    expect(metrics.epochs.map((one) => one.epoch)).toEqual([1, 2]);
  });
});

describe('where a run stands', () => {
  const at = (steps: number, epochs: number) =>
    progressOf(
      {
        steps: Int32Array.from({ length: steps }, (_, i) => i + 1),
        loss: new Float32Array(steps),
        stepsPerEpoch: 10,
        epochs: Array.from({ length: epochs }, (_, i) => epoch(i + 1)),
      },
      3,
    );

  it('counts epochs from 1 and stays at an epoch’s end while it validates', () => {
    expect(at(0, 0)).toEqual({ step: 0, total: 30, epoch: 1, stepInEpoch: 0 });
    expect(at(10, 0)).toMatchObject({ epoch: 1, stepInEpoch: 10 });
    expect(at(10, 1)).toMatchObject({ epoch: 2, stepInEpoch: 0 });
    expect(at(14, 1)).toMatchObject({ epoch: 2, stepInEpoch: 4 });
    expect(at(30, 3)).toMatchObject({ epoch: 3, stepInEpoch: 10 });
  });

  it('gives a range of the rest after 20 steps', () => {
    expect(remainingRange({ step: 19, total: 119 }, [1])).toBeNull();
    expect(remainingRange({ step: 20, total: 120 }, [2, 4, 0])).toEqual([100 / 3.5, 100 / 2.5]);
    expect(remainingRange({ step: 120, total: 120 }, [2])).toBeNull();
    expect(remainingRange({ step: 20, total: 120 }, [])).toBeNull();
  });
});
