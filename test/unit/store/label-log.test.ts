import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { EXPRESSIONS, SEVEN } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { ImageDetail } from '../../../src-shared/domain/image.ts';
import type { LabelChange } from '../../../src-shared/domain/label.ts';
import { crossEntropy } from '../../../src-shared/metrics/vich.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { openStore } from '../../../src-main/services/store/store.ts';
import { addDataset, addRun, muFor, newImage, temporaryStore } from './fixture.ts';

function threeImages(): { store: Store; dataset: number; ids: number[] } {
  const store = temporaryStore();
  return {
    store,
    ...addDataset(store, 'd', [
      newImage('a.png', 'sad'),
      newImage('b.png', null),
      newImage('c.png', 'fear', { status: 'broken', reason: 'Truncated.' }),
    ]),
  };
}

function details(store: Store, ids: readonly number[], run: number | null = null): Omit<ImageDetail, 'history'>[] {
  return ids.map((id) => {
    const detail = store.images.detail(id, run);
    if (detail === null) throw new Error(`No image ${id}.`);
    const { history: _history, ...state } = detail;
    // An opinion that an undo brought back stands since the undo.
    return { ...state, opinions: state.opinions.map((one) => ({ ...one, at: '' })) };
  });
}

const CHANGES: LabelChange[] = [
  { kind: 'hard', label: 'happy' },
  { kind: 'soft', soft: { happy: 0.5, fear: 0.5 } },
  { kind: 'unsure' },
  { kind: 'clear' },
  { kind: 'skip' },
  { kind: 'soft', soft: { sad: 0.75, anger: 0.25 } },
  { kind: 'exclude', excluded: true },
  { kind: 'exclude', excluded: false },
  { kind: 'flag', flagged: true },
  { kind: 'flag', flagged: false },
  { kind: 'note', note: 'A “note”; with\nlines' },
  { kind: 'box', box: { x: 3, y: 4, width: 20, height: 30 } },
  { kind: 'box', box: null },
  { kind: 'hard', label: 'anger' },
];

describe('LabelLog', () => {
  it('undoes each kind of change exactly, all the way back, and redoes it all', () => {
    const { store, ids, dataset } = threeImages();
    const run = addRun(store, dataset);
    store.runs.putPredictions(
      run,
      ids.map((image) => ({ image, mu: muFor('happy'), logvar: muFor('sad') })),
    );
    const states = [details(store, ids, run)];
    for (const change of CHANGES) {
      store.labels.apply(ids, change, 'me');
      states.push(details(store, ids, run));
    }
    for (let step = CHANGES.length; step > 0; step--) {
      expect(details(store, ids, run)).toEqual(states[step]);
      expect(store.labels.undo('me')).not.toBeNull();
    }
    expect(details(store, ids, run)).toEqual(states[0]);
    expect(store.labels.undo('me')).toBeNull();
    for (let step = 1; step <= CHANGES.length; step++) {
      expect(store.labels.redo('me')).not.toBeNull();
      expect(details(store, ids, run)).toEqual(states[step]);
    }
    expect(store.labels.redo('me')).toBeNull();
  });

  it('makes many images one undo step and tells it in words', () => {
    const store = temporaryStore();
    const { ids } = addDataset(
      store,
      'd',
      Array.from({ length: 1_500 }, (_, index) => newImage(`${index}.png`, 'sad')),
    );
    const batch = store.labels.apply(ids, { kind: 'hard', label: 'anger' }, 'me');
    expect(batch).toMatchObject({
      changed: 1_500,
      description: 'Anger on 1,500 images',
      canUndo: true,
      canRedo: false,
    });
    expect(batch.images).toEqual(ids.slice(0, 1_000));
    const undone = store.labels.undo('me');
    expect(undone).toMatchObject({ changed: 1_500, canUndo: false, canRedo: true });
    expect(store.images.rows(ids, null).every((row) => row.label === 'sad' && !row.reviewed)).toBe(true);
  });

  it('forgets redo once something new is done', () => {
    const { store, ids } = threeImages();
    const label = (name: 'happy' | 'sad' | 'fear'): void =>
      void store.labels.apply([ids[0] ?? 0], { kind: 'hard', label: name }, 'me');
    label('happy');
    label('fear');
    store.labels.undo('me');
    label('sad');
    expect(store.labels.state('me')).toEqual({ canUndo: true, canRedo: false });
    expect(store.labels.redo('me')).toBeNull();
    store.labels.undo('me');
    store.labels.undo('me');
    expect(store.labels.state('me')).toEqual({ canUndo: false, canRedo: true });
    expect(store.labels.redo('me')?.description).toBe('Happy on 1 image');
    expect(store.labels.redo('me')?.description).toBe('Sad on 1 image');
    expect(store.labels.state('me').canRedo).toBe(false);
  });

  it('keeps undo and redo over a restart', () => {
    const { store, ids } = threeImages();
    store.labels.apply(ids, { kind: 'hard', label: 'happy' }, 'me');
    store.labels.apply(ids, { kind: 'hard', label: 'fear' }, 'me');
    store.labels.undo('me');
    store.close();
    const again = openStore(store.folder);
    expect(again.labels.state('me')).toEqual({ canUndo: true, canRedo: true });
    again.labels.redo('me');
    expect(again.images.rows(ids, null).map((row) => row.label)).toEqual(['fear', 'fear', 'fear']);
    again.labels.undo('me');
    again.labels.undo('me');
    expect(again.images.rows(ids, null).map((row) => row.label)).toEqual(['sad', null, 'fear']);
    again.close();
  });

  it('only appends, and the database itself refuses anything else', () => {
    const { store, ids } = threeImages();
    store.labels.apply(ids, { kind: 'hard', label: 'happy' }, 'me');
    store.labels.undo('me');
    const history = store.images.detail(ids[0] ?? 0, null)?.history;
    expect(history).toMatchObject([
      { annotator: 'me', kind: 'hard', value: 'Happy', before: 'sad', after: 'happy', reversal: false },
      { annotator: 'me', kind: 'hard', value: 'Sad', before: 'happy', after: 'sad', reversal: true },
    ]);
    const sql = new Sqlite(join(store.folder, 'project.sqlite'));
    for (const statement of [
      'DELETE FROM annotations',
      `UPDATE annotations SET label_after = 'sad'`,
      'DELETE FROM batches',
      `UPDATE batches SET at = ''`,
      'DELETE FROM images',
    ])
      expect(() => sql.exec(statement)).toThrow(/append-only|go only with/);
    sql.close();
  });

  it('keeps the queue and the score that a decision was made on, and none for what was done elsewhere', () => {
    const { store, ids } = threeImages();
    const context = { queue: 'mislabelled', run: null, score: 0.93 };
    store.labels.apply([ids[0] ?? 0], { kind: 'hard', label: 'happy' }, 'me', { context });
    store.labels.apply([ids[0] ?? 0], { kind: 'flag', flagged: true }, 'me');
    store.labels.undo('me');
    expect(store.images.detail(ids[0] ?? 0, null)?.history.map(({ queue, score }) => [queue, score])).toEqual([
      ['mislabelled', 0.93],
      [null, null],
      [null, null],
    ]);
  });

  it('keeps the current state equal to what the log says', () => {
    const { store, ids } = threeImages();
    for (const change of CHANGES) store.labels.apply(ids, change, 'me');
    for (let i = 0; i < 5; i++) store.labels.undo('me');
    store.labels.redo('me');
    const sql = new Sqlite(join(store.folder, 'project.sqlite'), { readonly: true });
    // The state derived anew: the import's values and the last line of each kind.
    const last = (kinds: string, column: string): string =>
      `(SELECT ${column} FROM annotations a WHERE a.image = i.id AND kind IN (${kinds}) ORDER BY id DESC LIMIT 1)`;
    const has = (kinds: string): string =>
      `EXISTS (SELECT 1 FROM annotations a WHERE a.image = i.id AND kind IN (${kinds}))`;
    const derived = sql
      .prepare(
        `SELECT i.id AS image,
           CASE WHEN ${has(`'hard', 'clear'`)} THEN ${last(`'hard', 'clear'`, 'label_after')} ELSE i.label END AS label,
           coalesce(${last(`'exclude'`, 'value_after')}, i.status) AS status,
           coalesce(CAST(${last(`'flag'`, 'value_after')} AS INTEGER), 0) AS flagged,
           coalesce(${last(`'note'`, 'value_after')}, '') AS note
         FROM images i ORDER BY i.id`,
      )
      .all();
    const stored = sql.prepare('SELECT image, label, status, flagged, note FROM states ORDER BY image').all();
    sql.close();
    expect(stored).toEqual(derived);
  });

  it('recomputes loss and correctness in every run with the label', () => {
    const { store, dataset, ids } = threeImages();
    const [image = 0] = ids;
    const runs = [addRun(store, dataset), addRun(store, dataset, EXPRESSIONS)];
    const mu = Float32Array.from([0.1, 2.5, -1, 0.3, 0.2, 0, 1]);
    store.runs.putPredictions(runs[0] ?? 0, [{ image, mu, logvar: null }]);
    store.runs.putPredictions(runs[1] ?? 0, [{ image, mu: Float32Array.from([...mu, 3]), logvar: null }]);
    const row = (run: number | undefined): unknown => store.images.rows([image], run ?? null)[0];
    expect(row(runs[0])).toMatchObject({ loss: crossEntropy(mu, SEVEN.indexOf('sad')), correct: false, sigma: null });
    store.labels.apply([image], { kind: 'hard', label: 'happy' }, 'me');
    expect(row(runs[0])).toMatchObject({ loss: crossEntropy(mu, SEVEN.indexOf('happy')), correct: true });
    expect(row(runs[1])).toMatchObject({ loss: crossEntropy([...mu, 3], 1), correct: false, prediction: 'contempt' });
    store.labels.apply([image], { kind: 'hard', label: 'contempt' }, 'me');
    // A class that the seven-class model does not have has no loss under it.
    expect(row(runs[0])).toMatchObject({ loss: null, correct: false });
    expect(row(runs[1])).toMatchObject({ loss: crossEntropy([...mu, 3], 7), correct: true });
    store.labels.apply([image], { kind: 'clear' }, 'me');
    expect(row(runs[1])).toMatchObject({ loss: null, correct: null });
    for (let i = 0; i < 3; i++) store.labels.undo('me');
    expect(row(runs[0])).toMatchObject({ loss: crossEntropy(mu, SEVEN.indexOf('sad')), correct: false });
  });

  it('leaves broken images out of exclusion and unknown images out of everything', () => {
    const { store, ids } = threeImages();
    expect(store.labels.apply([...ids, ...ids, 9_999], { kind: 'exclude', excluded: true }, 'me').changed).toBe(2);
    expect(store.images.rows(ids, null).map((row) => row.status)).toEqual(['excluded', 'excluded', 'broken']);
    expect(() => store.labels.apply([9_999], { kind: 'flag', flagged: true }, 'me')).toThrow(FailureError);
    expect(() => store.labels.apply(ids.slice(2), { kind: 'exclude', excluded: true }, 'me')).toThrow(/Broken images/);
    // What was refused is no undo step.
    store.labels.undo('me');
    expect(store.labels.state('me').canUndo).toBe(false);
  });

  it('loses its lines with their dataset only, and can still undo the others', () => {
    const { store, dataset, ids } = threeImages();
    const other = addDataset(store, 'other', [newImage('x.png', 'sad')]);
    store.labels.apply(other.ids, { kind: 'hard', label: 'fear' }, 'me');
    store.labels.apply(ids, { kind: 'hard', label: 'happy' }, 'me');
    store.labels.undo('me');
    store.labels.redo('me');
    store.datasets.remove(dataset);
    expect(store.labels.state('me')).toEqual({ canUndo: true, canRedo: false });
    expect(store.labels.undo('me')).toMatchObject({ images: other.ids });
    expect(store.labels.state('me')).toEqual({ canUndo: false, canRedo: true });
  });
});

describe('several annotators', () => {
  const labelOf = (store: Store, image: number) => store.images.rows([image], null)[0]?.label;

  it('undo their own acts; what somebody else has changed since stays as it is', () => {
    const { store, ids } = threeImages();
    const [first = 0, second = 0] = ids;
    store.labels.apply([first, second], { kind: 'hard', label: 'happy' }, 'ann');
    store.labels.apply([second], { kind: 'hard', label: 'fear' }, 'bob', { as: 'decision' });
    expect(store.labels.state('eve')).toEqual({ canUndo: false, canRedo: false });
    expect(store.labels.undo('eve')).toBeNull();
    expect(store.labels.undo('ann')).toMatchObject({ changed: 2, left: 0, description: 'Happy on 2 images' });
    // Her opinion of the second goes, his decision stays.
    expect(labelOf(store, first)).toBe('sad');
    expect(labelOf(store, second)).toBe('fear');
    expect(store.images.detail(second, null)?.opinions).toEqual([]);
    expect(store.labels.redo('bob')).toBeNull();
    store.labels.redo('ann');
    expect(labelOf(store, first)).toBe('happy');
    expect(labelOf(store, second)).toBe('fear');
    store.labels.undo('bob');
    expect(labelOf(store, second)).toBe('happy');
  });

  it('keep their stacks over a restart', () => {
    const { store, ids } = threeImages();
    const [first = 0] = ids;
    store.labels.apply([first], { kind: 'flag', flagged: true }, 'ann');
    store.labels.apply([first], { kind: 'note', note: 'hm' }, 'bob');
    store.close();
    const again = openStore(store.folder);
    expect(again.labels.undo('ann')?.description).toBe('Flag on 1 image');
    expect(again.labels.state('ann')).toEqual({ canUndo: false, canRedo: true });
    expect(again.labels.state('bob')).toEqual({ canUndo: true, canRedo: false });
    expect(again.images.detail(first, null)).toMatchObject({ note: 'hm', row: { flagged: false } });
    again.close();
  });
});

describe('revert', () => {
  const lines = (store: Store, image: number) => store.images.detail(image, null)?.history.map(({ id }) => id) ?? [];

  it('takes back chosen events as new ones, through a chain of them, and can itself be undone', () => {
    const { store, ids, dataset } = threeImages();
    const run = addRun(store, dataset);
    store.runs.putPredictions(
      run,
      ids.map((image) => ({ image, mu: muFor('happy'), logvar: muFor('sad') })),
    );
    const start = details(store, ids, run);
    for (const label of ['happy', 'fear', 'anger'] as const) store.labels.apply(ids, { kind: 'hard', label }, 'ann');
    store.labels.apply(ids, { kind: 'flag', flagged: true }, 'bob');
    const before = details(store, ids, run);
    const batch = store.labels.revert(
      ids.flatMap((image) => lines(store, image)),
      'eve',
    );
    expect(batch).toMatchObject({ changed: 3, left: 0, description: 'Revert on 3 images', canUndo: true });
    const withoutHistory = (all: ReturnType<typeof details>) =>
      all.map((detail) => ({ ...detail, history: [], opinions: detail?.opinions.map(({ opinion }) => opinion) }));
    expect(withoutHistory(details(store, ids, run))).toEqual(withoutHistory(start));
    expect(store.images.detail(ids[0] ?? 0, run)?.history.at(-1)?.reversal).toBe(true);
    store.labels.undo('eve');
    expect(withoutHistory(details(store, ids, run))).toEqual(withoutHistory(before));
  });

  it('leaves what was changed since, and refuses where that is everything', () => {
    const { store, ids } = threeImages();
    const [first = 0, second = 0] = ids;
    store.labels.apply([first, second], { kind: 'hard', label: 'happy' }, 'ann');
    const chosen = [first, second].flatMap((image) => lines(store, image));
    store.labels.apply([second], { kind: 'hard', label: 'fear' }, 'ann');
    expect(store.labels.revert(chosen, 'ann')).toMatchObject({ changed: 1, left: 1 });
    expect(store.images.rows([first, second], null).map(({ label }) => label)).toEqual(['sad', 'fear']);
    expect(() => store.labels.revert(chosen, 'ann')).toThrow('changed again since');
  });
});
