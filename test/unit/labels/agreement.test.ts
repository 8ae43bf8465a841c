import { describe, expect, it } from 'vitest';
import { agreementOf } from '../../../src-main/services/labels/agreement.ts';
import { addDataset, newImage, temporaryStore } from '../store/fixture.ts';

describe('agreement on a dataset', () => {
  it('counts common judgements, gives intervals, and proposes what a majority says without applying it', () => {
    const store = temporaryStore();
    const { dataset, ids } = addDataset(
      store,
      'd',
      Array.from({ length: 8 }, (_, at) => newImage(`${at}.png`, 'sad')),
    );
    const say = (who: string, label: 'happy' | 'sad' | 'fear', images: readonly number[]): void =>
      void store.labels.apply(images, { kind: 'hard', label }, who, { as: 'opinion' });
    say('ann', 'happy', ids.slice(0, 4));
    say('ann', 'sad', ids.slice(4));
    say('bob', 'happy', ids.slice(0, 4));
    say('bob', 'sad', ids.slice(4, 7));
    say('bob', 'fear', ids.slice(7));
    store.labels.apply(ids.slice(0, 2), { kind: 'unsure' }, 'eve');
    const found = agreementOf(store, dataset);
    expect(found).toMatchObject({ images: 8, split: 1 });
    expect(found.annotators).toEqual([
      { name: 'ann', judged: 8, unsure: 0 },
      { name: 'bob', judged: 8, unsure: 0 },
      { name: 'eve', judged: 0, unsure: 2 },
    ]);
    // po 7/8; pe = (4·4 + 4·3) / 64.
    expect(found.pairs).toMatchObject([{ first: 'ann', second: 'bob', images: 8 }]);
    expect(found.pairs[0]?.kappa).toBeCloseTo((7 / 8 - 28 / 64) / (1 - 28 / 64), 12);
    const [low, high] = found.alpha?.interval ?? [NaN, NaN];
    expect(low).toBeLessThan(found.alpha?.value ?? NaN);
    expect(high).toBeLessThanOrEqual(1);
    expect(found.proposals).toEqual(ids.slice(0, 4).map((image) => ({ image, label: 'happy', votes: 2, of: 2 })));
    expect(store.images.rows(ids, null).every(({ label }) => label === 'sad')).toBe(true);
    expect(agreementOf(store, dataset)).toEqual(found);
  });
});
