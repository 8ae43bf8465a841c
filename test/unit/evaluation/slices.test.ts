import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { EXPRESSIONS, SEVEN, type Expression } from '../../../src-shared/domain/expression.ts';
import { wilsonInterval } from '../../../src-shared/metrics/wilson.ts';
import { binQuery, balanceQuery, sigmaCellQuery, sigmaQuery } from '../../../src-shared/domain/query/measured.ts';
import { Evaluations } from '../../../src-main/services/evaluation/evaluations.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { Statistics } from '../../../src-main/services/statistics/statistics.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { PlainJobs } from '../runs/fakes.ts';
import { addDataset, addRun, newImage, temporaryStore } from '../store/fixture.ts';

const queries = new Queries();
const statistics = new Statistics();
afterAll(() => Promise.all([queries.close(), statistics.close()]));

let state = 3;
const next = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;

let store: Store;
let dataset: number;
let run: number;
let evaluations: Evaluations;

/** Images with facts, some broken, excluded, unlabelled, unpredicted or of a class that the run does not know. */
beforeEach(() => {
  state = 3;
  store = temporaryStore();
  evaluations = new Evaluations({ require: () => ({ store, jobs: new PlainJobs() }) }, statistics, queries);
  let ids: number[];
  ({ dataset, ids } = addDataset(
    store,
    'faces',
    Array.from({ length: 400 }, (_, at) =>
      newImage(`${at}.png`, next() < 0.05 ? null : pick(EXPRESSIONS), {
        split: pick(['train', 'val']),
        status: next() < 0.05 ? 'broken' : 'ok',
        attributes:
          next() < 0.1
            ? null
            : { gender: at < 8 ? 'other' : pick(['female', 'male']), 'age in years': Math.floor(next() * 60) },
      }),
    ),
  ));
  run = addRun(store, dataset);
  store.runs.putPredictions(
    run,
    ids
      .filter(() => next() < 0.9)
      .map((image) => ({
        image,
        mu: Float32Array.from(SEVEN, () => next() * 4),
        logvar: Float32Array.from(SEVEN, () => next() * 2 - 2),
      })),
  );
  store.labels.apply(
    ids.filter(() => next() < 0.1),
    { kind: 'exclude', excluded: true },
    'ada',
  );
  store.labels.apply(
    ids.filter(() => next() < 0.2),
    { kind: 'hard', label: 'fear' },
    'ada',
  );
});

const found = (q: string): number => store.images.ids({ dataset, run, q, sort: 'id', descending: false }).length;
const wrong = (q: string): number => found(`${q} wrong`);

describe.each([null, 'val'])('of split %s', (split) => {
  it('slices count what their query shows', async () => {
    const groups = await evaluations.slices({ run, dataset, split });
    const { images } = await evaluations.evaluate({ run, dataset, split });
    expect(groups.map(({ name }) => name)).toEqual([
      ...(split === null ? ['split'] : []),
      'annotator',
      'gender',
      'age in years',
    ]);
    for (const { name, slices, others } of groups) {
      if (name !== 'annotator') expect(slices.reduce((sum, one) => sum + one.images, others)).toBe(images);
      for (const one of slices) {
        expect(found(one.q), one.q).toBe(one.images);
        expect(wrong(one.q), one.q).toBe(one.errors);
        expect(one.interval).toEqual(wilsonInterval(one.images - one.errors, one.images));
        expect(one.small).toBe(one.images < 30);
      }
    }
    expect(groups.find(({ name }) => name === 'gender')?.slices.some(({ small }) => small)).toBe(true);
    expect(groups.find(({ name }) => name === 'age in years')?.slices).toHaveLength(4);
  });

  it('marks of sigma, calibration and balance count what their query shows', async () => {
    const sigma = await evaluations.sigmaErrors({ run, dataset, split });
    expect(sigma.bins).toHaveLength(10);
    for (const bin of sigma.bins) {
      expect(found(sigmaQuery(split, bin))).toBe(bin.images);
      expect(wrong(sigmaQuery(split, bin))).toBe(bin.errors);
    }
    for (const cell of sigma.cells) expect(found(sigmaCellQuery(split, cell))).toBe(cell.images);
    expect(sigma.cells.reduce((sum, { images }) => sum + images, 0)).toBe(sigma.images);
    const evaluation = await evaluations.evaluate({ run, dataset, split });
    expect(sigma.images).toBe(evaluation.images);
    for (const bin of evaluation.calibration) expect(found(binQuery(split, bin))).toBe(bin.count);
    const balance = await evaluations.balance({ dataset, split });
    for (const row of balance) expect(found(balanceQuery(split, row))).toBe(row.now);
    expect(balance.some(({ now, imported }) => now !== imported)).toBe(true);
  });
});

it('two runs’ confusions are of common images, in the baseline’s order', async () => {
  const classes: Expression[] = SEVEN.toReversed();
  const other = addRun(store, dataset, classes);
  const own = store.runs.predictions(run, dataset, 'val').slice(0, 50);
  store.runs.putPredictions(
    other,
    own.map(({ image, mu }) => ({ image, mu: mu.toReversed(), logvar: null })),
  );
  const pair = await evaluations.confusions({ baseline: run, run: other, dataset, split: 'val' });
  expect(pair.classes).toEqual(SEVEN);
  expect(pair.images).toBeGreaterThan(20);
  expect(pair.images).toBeLessThanOrEqual(50);
  expect(pair.run).toEqual(pair.baseline);
});
