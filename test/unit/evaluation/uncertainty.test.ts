import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import { auroc } from '../../../src-shared/metrics/ranking.ts';
import { Evaluations } from '../../../src-main/services/evaluation/evaluations.ts';
import { verdictOf } from '../../../src-main/services/evaluation/uncertainty.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { Statistics } from '../../../src-main/services/statistics/statistics.ts';
import { resamplesFor } from '../../../src-main/services/statistics/worth.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { PlainJobs } from '../runs/fakes.ts';
import { addDataset, addRun, newImage, temporaryStore } from '../store/fixture.ts';

const statistics = new Statistics();
const queries = new Queries();
afterAll(() => Promise.all([statistics.close(), queries.close()]));

let state = 5;
const next = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;

const N = 240;
let store: Store;
let dataset: number;
let ids: number[];
let evaluations: Evaluations;
beforeEach(() => {
  state = 5;
  store = temporaryStore();
  evaluations = new Evaluations({ require: () => ({ store, jobs: new PlainJobs() }) }, statistics, queries);
  ({ dataset, ids } = addDataset(
    store,
    'faces',
    // The later an image, the more people differ; the first 40 got one vote only.
    Array.from({ length: N }, (_, at) =>
      newImage(`${at}.png`, 'happy', { votes: at < 40 ? { happy: 1 } : { happy: 400 - at, sad: at } }),
    ),
  ));
});

/** Predicts sad, wrongly, the more often the later the image; `sigma` gives its width, mu is the same for all. */
function predict(sigma: (at: number, wrong: boolean) => number): { run: number; wrong: boolean[] } {
  const run = addRun(store, dataset);
  const wrong = ids.map((_, at) => next() < (0.8 * at) / N);
  store.runs.putPredictions(
    run,
    ids.map((image, at) => ({
      image,
      mu: Float32Array.from(SEVEN, (one) => (one === (wrong[at] ? 'sad' : 'happy') ? 2 + 0.001 * next() : 0)),
      logvar: new Float32Array(7).fill(2 * Math.log(sigma(at, wrong[at] === true))),
    })),
  );
  return { run, wrong };
}

describe('whether sigma is worth anything', () => {
  it('yes, where errors are wide and mu tells nothing', async () => {
    const { run, wrong } = predict((at, isWrong) => (isWrong ? 1.2 : 0.6) + 0.6 * next() + at / N);
    const found = await evaluations.uncertainty({ run, dataset, split: null });
    expect(found).toMatchObject({ images: N, errors: wrong.filter(Boolean).length, voted: N - 40, adds: true });
    const sigma = found.scores.find(({ score }) => score === 'sigma');
    const rows = store.images.rows(ids, run);
    expect(sigma?.auroc).toBeCloseTo(
      auroc(
        rows.map((row) => row.sigma ?? 0),
        wrong,
      ),
      12,
    );
    expect(sigma?.aurocInterval?.[0]).toBeGreaterThan(0.8);
    expect(sigma?.aurocInterval?.[1]).toBeGreaterThan(sigma?.auroc ?? 1);
    expect(sigma?.gain?.interval?.[0]).toBeGreaterThan(0);
    expect(sigma?.aurc).toBeLessThan(found.errors / N);
    expect(sigma?.aurc).toBeGreaterThan(found.bestAurc);
    expect(sigma?.curve.at(-1)).toMatchObject({ coverage: 1, risk: expect.closeTo(found.errors / N, 10) as number });
    // Later images have wider curves and less agreement.
    expect(sigma?.spearman?.interval?.[0]).toBeGreaterThan(0.2);
    expect(found.verdict[0]).toMatch(/^Yes/);
    expect(await evaluations.uncertainty({ run, dataset, split: null })).toEqual(found);
  });

  it('no, where sigma is noise: and says so', async () => {
    const { run } = predict(() => 0.5 + next());
    const found = await evaluations.uncertainty({ run, dataset, split: null });
    expect(found.adds).toBe(false);
    expect(found.verdict[0]).toMatch(/adds nothing/);
    expect(found.verdict.join(' ')).toMatch(/Sigma is uninformative here/);
  });

  it('cannot be said without VICH or without an error', async () => {
    expect(verdictOf({ vich: false }, [], 3)).toMatchObject({
      adds: null,
      verdict: [/no VICH/].map((x) => expect.stringMatching(x) as string),
    });
    const run = addRun(store, dataset);
    const mu = Float32Array.from(SEVEN, (one) => Number(one === 'happy'));
    store.runs.putPredictions(
      run,
      ids.map((image) => ({ image, mu, logvar: new Float32Array(7) })),
    );
    const found = await evaluations.uncertainty({ run, dataset, split: null });
    expect(found).toMatchObject({ adds: null, errors: 0, scores: [] });
    await expect(evaluations.uncertainty({ run: addRun(store, dataset), dataset, split: null })).rejects.toThrow(
      /no predictions/,
    );
  });
});

it('draws fewer resamples of many images, never too few', () => {
  expect(resamplesFor(600)).toBe(2_000);
  expect(resamplesFor(100_000)).toBe(600);
  expect(resamplesFor(10_000_000)).toBe(200);
});

it('an image’s sigma has a rank within its predicted class', async () => {
  const { run, wrong } = predict((at) => 0.1 + at / N);
  const image = ids[100] ?? 0;
  const same = wrong.filter((one) => one === wrong[100]).length;
  const below = wrong.slice(0, 100).filter((one) => one === wrong[100]).length;
  expect(await queries.ask('sigmaRank', store.folder, { image, run })).toMatchObject({ images: same, below });
  expect(await queries.ask('sigmaRank', store.folder, { image, run: 99 })).toBeNull();
});
