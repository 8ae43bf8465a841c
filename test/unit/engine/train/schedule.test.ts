/** Schedules against PyTorch's (torch-numbers.py: four epochs of five steps, three of them warm-up). */
import { expect, it } from 'vitest';
import { learningRateAt } from '../../../../src-main/services/engine/train/schedule.ts';
import golden from './torch-numbers.json' with { type: 'json' };

it.each(['cosine', 'exponential'] as const)('%s, after warm-up, gives the rates of PyTorch', (schedule) => {
  const settings = { learningRate: 0.1, gamma: 0.7, schedule, warmup: 3 / 5, epochs: 4 };
  const rates = golden.schedules[schedule];
  expect(rates).toHaveLength(20);
  rates.forEach((rate, step) => expect(learningRateAt(step, 5, settings)).toBeCloseTo(rate, 12));
});

it('without warm-up, decays by gamma an epoch from the first', () => {
  const settings = { learningRate: 9e-6, gamma: 0.98, schedule: 'exponential', warmup: 0, epochs: 250 } as const;
  expect(learningRateAt(0, 10, settings)).toBe(9e-6);
  expect(learningRateAt(9, 10, settings)).toBe(9e-6);
  expect(learningRateAt(20, 10, settings)).toBeCloseTo(9e-6 * 0.98 * 0.98, 18);
});
