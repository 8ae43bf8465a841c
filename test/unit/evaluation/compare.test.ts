import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { SEVEN, type Expression } from '../../../src-shared/domain/expression.ts';
import type { Comparison } from '../../../src-shared/domain/evaluation.ts';
import { mcnemarExact } from '../../../src-shared/metrics/mcnemar.ts';
import type { Passport } from '../../../src-shared/domain/passport.ts';
import { writeOrigin } from '../../../src-main/services/passports/origin.ts';
import { passportText, seal } from '../../../src-main/services/passports/seal.ts';
import { Evaluations } from '../../../src-main/services/evaluation/evaluations.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { Statistics } from '../../../src-main/services/statistics/statistics.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { PlainJobs } from '../runs/fakes.ts';
import { addDataset, addRun, muFor, newImage, temporaryStore } from '../store/fixture.ts';

const statistics = new Statistics();
const queries = new Queries();
afterAll(() => Promise.all([statistics.close(), queries.close()]));

let store: Store;
let evaluations: Evaluations;
let dataset: number;
let ids: number[];
beforeEach(() => {
  store = temporaryStore();
  evaluations = new Evaluations({ require: () => ({ store, jobs: new PlainJobs() }) }, statistics, queries);
  ({ dataset, ids } = addDataset(store, 'faces', [
    ...Array.from({ length: 10 }, (_, index) => newImage(`val/${index}.png`, 'happy', { split: 'val' })),
    newImage('val/broken.png', 'happy', { split: 'val', status: 'broken' }),
    newImage('val/none.png', null, { split: 'val' }),
    ...Array.from({ length: 4 }, (_, index) => newImage(`train/${index}.png`, 'sad')),
  ]));
});

/** A run that predicts these classes for the images in order; null: no prediction. */
function predicting(expressions: readonly (Expression | null)[], classes: readonly Expression[] = SEVEN): number {
  const run = addRun(store, dataset, classes);
  store.runs.putPredictions(
    run,
    expressions.flatMap((expression, index) => {
      const image = ids[index];
      if (expression === null || image === undefined) return [];
      return [{ image, mu: muFor(expression, 2, classes), logvar: null }];
    }),
  );
  return run;
}
const times = (n: number, expression: Expression): Expression[] => new Array<Expression>(n).fill(expression);

/** What the gallery shows for an outcome of the comparison. */
function shown({ q, run, baseline }: Comparison, outcome: string): number {
  const query = { dataset, run, q: `${q} ${outcome}:${baseline}`, sort: 'id', descending: false } as const;
  return store.images.ids(query).length;
}

describe('two runs', () => {
  it('are compared image by image, and every count opens exactly its images', async () => {
    // Right: images 0-5 of the first, 3-9 of the second; the second has not predicted image 10 and 11, nor may they count.
    const baseline = predicting([...times(6, 'happy'), ...times(4, 'sad'), 'happy', 'happy', ...times(4, 'sad')]);
    const run = predicting([...times(3, 'fear'), ...times(7, 'happy'), null, null, ...times(4, 'sad')]);
    const found = await evaluations.compare({ baseline, run, dataset, split: 'val' });
    expect(found).toMatchObject({
      images: 10,
      outcomes: { bothRight: 3, fixed: 4, regressed: 3, bothWrong: 0 },
      leftOut: { unpaired: 0, relabelled: 0, trained: 0 },
    });
    expect(found.mcnemar).toBe(mcnemarExact(4, 3));
    expect(found.metrics[0]).toMatchObject({ metric: 'accuracy', baseline: 0.6, run: 0.7 });
    const [low = 1, high = -1] = found.metrics[0]?.interval ?? [];
    expect(low).toBeLessThan(0.1);
    expect(high).toBeGreaterThan(0.1);
    expect(found.perClass.find(({ expression }) => expression === 'happy')).toMatchObject({ baseline: 0.6, run: 0.7 });
    expect([
      shown(found, 'bothright'),
      shown(found, 'fixed'),
      shown(found, 'regressed'),
      shown(found, 'bothwrong'),
    ]).toEqual([3, 4, 3, 0]);
    // Excluded by a person: it counts neither here nor there.
    store.labels.apply([ids[3] ?? 0], { kind: 'exclude', excluded: true }, 'me');
    const without = await evaluations.compare({ baseline, run, dataset, split: 'val' });
    expect(without.outcomes.bothRight).toBe(2);
    expect(shown(without, 'bothright')).toBe(2);
  });

  it('leave out what is stale by either, tell how many, and open none of it', async () => {
    const baseline = predicting(times(10, 'happy'));
    const run = predicting(times(10, 'happy'));
    const box = { x: 1, y: 1, width: 20, height: 20 };
    store.labels.apply(ids.slice(0, 3), { kind: 'box', box }, 'me');
    // One was predicted again by the one, not by the other.
    store.runs.putPredictions(run, [{ image: ids[0] ?? 0, mu: muFor('happy'), logvar: null }]);
    const found = await evaluations.compare({ baseline, run, dataset, split: 'val' });
    expect(found).toMatchObject({ images: 7, leftOut: { stale: 3, unpaired: 0 }, outcomes: { bothRight: 7 } });
    expect(shown(found, 'bothright')).toBe(7);
    expect(await evaluations.evaluate({ run, dataset, split: 'val' })).toMatchObject({ images: 8, stale: 2 });
    expect(await evaluations.evaluate({ run, dataset, split: 'train' }).catch(() => null)).toBeNull();
    expect(await evaluations.confusions({ baseline, run, dataset, split: 'val' })).toMatchObject({ images: 7 });
    store.labels.undo('me');
    // The box is again as the baseline saw it, but no longer as the run did.
    expect(await evaluations.evaluate({ run: baseline, dataset, split: 'val' })).toMatchObject({
      images: 10,
      stale: 0,
    });
    expect(await evaluations.evaluate({ run, dataset, split: 'val' })).toMatchObject({ images: 9, stale: 1 });
  });

  it('without a split, are measured on what neither was trained on', async () => {
    const baseline = predicting([...times(10, 'happy'), null, null, ...times(4, 'sad')]);
    const run = predicting([...times(9, 'happy'), null, null, null, ...times(4, 'happy')]);
    const found = await evaluations.compare({ baseline, run, dataset, split: null });
    expect(found).toMatchObject({ images: 9, leftOut: { unpaired: 1, trained: 4 }, q: '-split:train' });
    expect(shown(found, 'bothright')).toBe(9);
    // A cell of their confusions opens the nine that were compared, though the other run has predicted a tenth.
    const cells = await evaluations.confusions({ baseline: run, run: baseline, dataset, split: null });
    const happy = cells.classes.indexOf('happy');
    const q = `${cells.q} label:happy pred:happy`;
    const opened = store.images.ids({ dataset, run: baseline, q, sort: 'id', descending: false });
    expect([cells.run[happy]?.[happy], opened.length]).toEqual([9, 9]);
    // On the split that both have seen, it is said.
    const seen = await evaluations.compare({ baseline, run, dataset, split: 'train' });
    expect(seen.unlike.filter((sentence) => sentence.includes('trained on this split'))).toHaveLength(2);
  });

  it('leave out what was relabelled between their trainings, and say so', async () => {
    const baseline = predicting(times(10, 'happy'));
    store.labels.apply(ids.slice(0, 2), { kind: 'hard', label: 'sad' }, 'me');
    store.labels.apply(ids.slice(2, 3), { kind: 'flag', flagged: true }, 'me');
    const run = predicting(times(10, 'happy'));
    const found = await evaluations.compare({ baseline, run, dataset, split: 'val' });
    expect(found).toMatchObject({ images: 8, leftOut: { relabelled: 2 }, outcomes: { bothRight: 8 } });
    expect(found.unlike.join(' ')).toContain('2 images have got another label');
    expect(shown(found, 'bothright')).toBe(8);
    expect(shown(found, 'bothwrong')).toBe(0);
    // Relabelled after both: both are measured on the new label.
    store.labels.apply(ids.slice(5, 6), { kind: 'hard', label: 'sad' }, 'me');
    expect((await evaluations.compare({ baseline, run, dataset, split: 'val' })).outcomes).toMatchObject({
      bothRight: 7,
      bothWrong: 1,
    });
  });

  it('leave out what one of them saw in another part, and what one learned from elsewhere, and say so', async () => {
    const baseline = predicting(times(10, 'happy'));
    store.labels.apply(ids.slice(0, 3), { kind: 'box', box: { x: 1, y: 2, width: 30, height: 30 } }, 'me');
    const run = predicting(times(10, 'happy'));
    const found = await evaluations.compare({ baseline, run, dataset, split: 'val' });
    expect(found).toMatchObject({ images: 7, leftOut: { stale: 3, learned: 0 }, outcomes: { bothRight: 7 } });
    expect(found.unlike.join(' ')).toContain('prediction of 3 images');
    expect(shown(found, 'bothright')).toBe(7);

    // The same files in two datasets: what is validation here was trained on there.
    const faces = (split: string) =>
      Array.from({ length: 4 }, (_, index) =>
        newImage(`${split}/${index}.png`, 'happy', { split, contentHash: `${index}` }),
      );
    const here = addDataset(store, 'here', [...faces('val'), newImage('val/4.png', 'happy', { split: 'val' })]);
    const there = addDataset(store, 'there', faces('train'));
    ({ dataset, ids } = here);
    const measured = (trainedOn: number): number => {
      const one = addRun(store, trainedOn);
      store.runs.putPredictions(
        one,
        here.ids.map((image) => ({ image, mu: muFor('happy', 2, SEVEN), logvar: null })),
      );
      return one;
    };
    const [clean, leaky] = [measured(here.dataset), measured(there.dataset)];
    const restricted = await evaluations.compare({ baseline: clean, run: leaky, dataset: here.dataset, split: 'val' });
    expect(restricted).toMatchObject({ images: 1, leftOut: { learned: 4 } });
    expect(restricted.unlike.join(' ')).toMatch(
      /4 of the images were training images of one of them in another dataset/,
    );
    expect(shown(restricted, 'bothright')).toBe(1);
    // None is left without the fifth: refused, not compared on nothing.
    store.labels.apply(here.ids.slice(4), { kind: 'exclude', excluded: true }, 'me');
    await expect(
      evaluations.compare({ baseline: clean, run: leaky, dataset: here.dataset, split: 'val' }),
    ).rejects.toThrow(/no image .* in common/);
  });

  it('say from which versions of the data they began, and what of it their passports tell apart', async () => {
    const begin = (labels: string, version: string | null): number => {
      const run = predicting(times(10, 'happy'));
      const hash = (of: string): string => createHash('sha256').update(of).digest('hex');
      const folder = join(store.folder, 'checkpoints', `run-${run}`);
      mkdirSync(folder, { recursive: true });
      const split = (name: string, of: string) => ({ split: name, images: 4, hash: hash(of) });
      writeOrigin(folder, {
        ...{ format: 'poster-var-origin/1', preset: null, environments: [], parents: [] },
        data: {
          ...{ dataset: 'faces', version, contentHash: hash(labels) },
          ...{ train: split('train', labels), val: split('val', 'the same') },
        },
      });
      return run;
    };
    const [first, again, other] = [begin('as imported', 'start'), begin('as imported', 'start'), begin('mended', null)];
    const compare = (run: number) => evaluations.compare({ baseline: first, run, dataset, split: 'val' });
    const flattery = (sentence: string): boolean => !sentence.includes('was chosen on this split');
    expect((await compare(again)).unlike.filter(flattery)).toEqual([]);
    const found = await compare(other);
    expect(found.unlike.filter(flattery)).toEqual([
      expect.stringMatching(
        /^They began from different versions of their data: faces@start \([0-9a-f]{8}\) and faces \(/,
      ),
      expect.stringMatching(/^Their training images or the labels of these differ: train, 4 /),
    ]);
    const changed = found.configuration.filter((one) => one.baseline !== one.run).map(({ setting }) => setting);
    expect(changed).toEqual(['dataset version', 'dataset content', 'training images']);
  });

  it('say when an imported model learned from pictures that were prepared otherwise', async () => {
    const baseline = predicting(times(10, 'happy'));
    const run = predicting(times(10, 'happy'));
    const folder = join(store.folder, 'checkpoints', `run-${run}`);
    mkdirSync(folder, { recursive: true });
    const passport: Passport = {
      format: 'poster-var-passport/1',
      model: { size: 'tiny', classes: [...SEVEN], vich: true, layerEmbedding: true },
      ...{ settings: {}, preset: null, device: 'cpu', environments: [], preprocessing: { side: 112 }, data: null },
      ...{ parents: [], time: { process: 1, wall: 1, startedAt: null, endedAt: null } },
      ...{ status: 'done', epochs: 1, best: null, checkpoint: null },
    };
    const text = passportText(seal(passport));
    writeFileSync(join(folder, 'passport.json'), text);
    const unlike = async () => (await evaluations.compare({ baseline, run, dataset, split: 'val' })).unlike.join(' ');
    expect(await unlike()).toContain('prepared otherwise');
    writeFileSync(join(folder, 'passport.json'), text.replace('112', '224'));
    expect(await unlike()).toContain('was altered');
  });

  it('with their classes in another order are the same run', async () => {
    const turned = SEVEN.toReversed();
    const baseline = predicting([...times(6, 'happy'), ...times(4, 'fear')]);
    const run = predicting([...times(6, 'happy'), ...times(4, 'fear')], turned);
    const found = await evaluations.compare({ baseline, run, dataset, split: 'val' });
    expect(found.outcomes).toEqual({ bothRight: 6, fixed: 0, regressed: 0, bothWrong: 4 });
    expect(found.metrics.map((one) => one.baseline)).toEqual(found.metrics.map((one) => one.run));
    expect(found.metrics.every(({ interval }) => interval?.[0] === 0 && interval[1] === 0)).toBe(true);
  });

  it('are refused with other classes, and without a common image', async () => {
    const seven = predicting(times(10, 'happy'));
    const eight = predicting(times(10, 'happy'), [...SEVEN, 'contempt']);
    await expect(evaluations.compare({ baseline: seven, run: eight, dataset, split: 'val' })).rejects.toThrow(
      /7 classes apart .* 8 \(contempt/,
    );
    const silent = addRun(store, dataset);
    await expect(evaluations.compare({ baseline: seven, run: silent, dataset, split: 'val' })).rejects.toThrow(
      /no image .* in common/,
    );
  });
});
