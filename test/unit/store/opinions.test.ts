import { describe, expect, it } from 'vitest';
import { LabelChange } from '../../../src-shared/domain/label.ts';
import { openStore } from '../../../src-main/services/store/store.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { addDataset, newImage, temporaryStore } from './fixture.ts';

function twoImages(): { store: Store; dataset: number; first: number; second: number } {
  const store = temporaryStore();
  const { dataset, ids } = addDataset(store, 'd', [newImage('a.png', 'sad'), newImage('b.png', 'fear')]);
  return { store, dataset, first: ids[0] ?? 0, second: ids[1] ?? 0 };
}

const detail = (store: Store, image: number) => {
  const found = store.images.detail(image, null);
  if (found === null) throw new Error(`No image ${image}.`);
  return found;
};
const opinions = (store: Store, image: number) =>
  detail(store, image).opinions.map(({ annotator, opinion }) => [annotator, opinion]);

describe('opinions', () => {
  it('come with a label, or without one for a second annotator, or not at all from a judge', () => {
    const { store, first } = twoImages();
    store.labels.apply([first], { kind: 'hard', label: 'fear' }, 'ann');
    expect(detail(store, first).row.label).toBe('fear');
    store.labels.apply([first], { kind: 'hard', label: 'happy' }, 'bob', { as: 'opinion' });
    expect(detail(store, first).row.label).toBe('fear');
    store.labels.apply([first], { kind: 'hard', label: 'anger' }, 'eve', { as: 'decision' });
    expect(detail(store, first).row.label).toBe('anger');
    expect(opinions(store, first)).toEqual([
      ['ann', { kind: 'hard', label: 'fear' }],
      ['bob', { kind: 'hard', label: 'happy' }],
    ]);
  });

  it('are replaced by the same person’s next one, taken back by undo, and leave every event in the log', () => {
    const { store, first, second } = twoImages();
    store.labels.apply([first], { kind: 'hard', label: 'fear' }, 'bob', { as: 'opinion' });
    store.labels.apply([first, second], { kind: 'unsure' }, 'bob');
    expect(opinions(store, first)).toEqual([['bob', { kind: 'unsure' }]]);
    expect(store.labels.undo('bob')?.description).toBe('Unsure on 2 images');
    expect(opinions(store, first)).toEqual([['bob', { kind: 'hard', label: 'fear' }]]);
    expect(opinions(store, second)).toEqual([]);
    store.labels.undo('bob');
    expect(opinions(store, first)).toEqual([]);
    store.labels.redo('bob');
    store.labels.apply([first], { kind: 'clear' }, 'bob', { as: 'opinion' });
    expect(opinions(store, first)).toEqual([]);
    expect(detail(store, first).row.label).toBe('sad');
    expect(detail(store, first).history.map(({ value, reversal }) => [value, reversal])).toEqual([
      ['Fear', false],
      ['unsure', false],
      ['Fear', true],
      ['no opinion', true],
      ['Fear', true],
      ['no opinion', false],
    ]);
  });

  it('may be soft: the shares are the target that training gets, and the largest class is the label', () => {
    const { store, dataset, first } = twoImages();
    const batch = store.labels.apply([first], { kind: 'soft', soft: { fear: 0.6, surprise: 0.4 } }, 'ann');
    expect(batch.description).toBe('Fear 60, Surprise 40 on 1 image');
    expect(store.images.files(dataset, null)[0]).toMatchObject({ label: 'fear', soft: { fear: 0.6, surprise: 0.4 } });
    expect(detail(store, first).target).toEqual({ fear: 0.6, surprise: 0.4 });
    store.labels.apply([first], { kind: 'hard', label: 'fear' }, 'ann');
    expect(store.images.files(dataset, null)[0]).toMatchObject({ label: 'fear', soft: null });
    store.labels.undo('ann');
    expect(detail(store, first).target).toEqual({ fear: 0.6, surprise: 0.4 });
  });

  it('are there after a restart', () => {
    const { store, first } = twoImages();
    store.labels.apply([first], { kind: 'soft', soft: { happy: 0.5, fear: 0.5 } }, 'ann');
    store.labels.apply([first], { kind: 'skip' }, 'bob');
    const before = opinions(store, first);
    store.close();
    expect(opinions(openStore(store.folder), first)).toEqual(before);
  });

  it.each([{ happy: 0.5 }, { happy: 0.9, sad: 0.2 }, {}, { happy: -1, sad: 2 }])('refuse the shares %j', (soft) => {
    expect(LabelChange.safeParse({ kind: 'soft', soft }).success).toBe(false);
  });
});
