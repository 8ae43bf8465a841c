import { afterEach, expect, it } from 'vitest';
import { bootstrapScores } from '../../../src-main/services/statistics/bootstrap.ts';
import { Statistics } from '../../../src-main/services/statistics/statistics.ts';
import { madeCases } from '../metrics/cases.ts';

const statistics = new Statistics();
afterEach(() => statistics.close());

it('the thread gives what the function gives, and starts again after its end', async () => {
  const cases = madeCases();
  const expected = bootstrapScores(cases, 3);
  await expect(statistics.intervals({ kind: 'scores', cases, seed: 3 })).resolves.toEqual(expected);
  await statistics.close();
  await expect(statistics.intervals({ kind: 'scores', cases, seed: 3 })).resolves.toEqual(expected);
});

it('a question without an answer is an error; the next is answered', async () => {
  const cases = madeCases();
  const asked = statistics.intervals({ kind: 'differences', first: cases, second: madeCases(9), seed: 1 });
  await expect(asked).rejects.toThrow(/cases must be the same/);
  await expect(statistics.intervals({ kind: 'scores', cases, seed: 1 })).resolves.toBeDefined();
});
