import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPRESSIONS, SEVEN, type Expression } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { SORT_KEYS, type ImageRow, type SortKey } from '../../../src-shared/domain/image.ts';
import { openReader, type Reader } from '../../../src-main/services/store/reader.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { createStore } from '../../../src-main/services/store/store.ts';
import { addDataset, addRun, newImage } from './fixture.ts';

let store: Store;
let reader: Reader;
let dataset: number;
let run: number;
let all: ImageRow[];
const notes = new Map<number, string>();
const spoke = new Map<number, string[]>();

/** Park and Miller's generator: the same images at each run of the tests. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

beforeAll(() => {
  store = createStore(mkdtempSync(join(tmpdir(), 'poster-var-select-')), 'Test');
  const next = random(7);
  const pick = <T>(list: readonly T[]): T => {
    const item = list[Math.floor(next() * list.length)];
    if (item === undefined) throw new Error('An empty list.');
    return item;
  };
  // Another dataset around it, so that a missing condition on the dataset shows.
  addDataset(store, 'before', [newImage('other.png', 'sad')]);
  const images = Array.from({ length: 400 }, (_, index) =>
    newImage(`${pick(['Cam_1', 'cam 2', '100%'])}/face_${index}.png`, next() < 0.1 ? null : pick(EXPRESSIONS), {
      split: pick(['train', 'val', 'my test']),
      status: next() < 0.05 ? 'broken' : 'ok',
      attributes: index % 7 === 0 ? null : { gender: index % 2 ? 'female' : 'male', 'head pose': index / 10 },
    }),
  );
  const added = addDataset(store, 'faces', images);
  addDataset(store, 'after', [newImage('other.png', 'sad')]);
  dataset = added.dataset;
  run = addRun(store, dataset);
  const predicted = added.ids.filter(() => next() < 0.8);
  store.runs.putPredictions(
    run,
    predicted.map((image) => ({
      image,
      mu: Float32Array.from(SEVEN, () => next() * 4),
      logvar: Float32Array.from(SEVEN, () => next() * 4 - 3),
    })),
  );
  const some = (share: number): number[] => added.ids.filter(() => next() < share);
  store.labels.apply(some(0.1), { kind: 'hard', label: 'fear' }, 'a');
  store.labels.apply(some(0.1), { kind: 'flag', flagged: true }, 'a');
  store.labels.apply(some(0.1), { kind: 'exclude', excluded: true }, 'a');
  store.labels.apply(some(0.05), { kind: 'clear' }, 'a');
  const noted = some(0.1);
  store.labels.apply(noted, { kind: 'note', note: 'Rather BLURRY, see cam_1' }, 'a');
  for (const id of noted) notes.set(id, 'rather blurry, see cam_1');
  // Two annotators: where both spoke and differ, people disagree.
  store.labels.apply(some(0.3), { kind: 'hard', label: 'sad' }, 'ben', { as: 'opinion' });
  store.labels.apply(some(0.3), { kind: 'soft', soft: { fear: 0.75, sad: 0.25 } }, 'eve', { as: 'opinion' });
  for (const { image, annotator } of store.opinions.of(dataset))
    if (annotator !== 'a') spoke.set(image, [...(spoke.get(image) ?? []), annotator]);
  // Some faces are marked anew after the prediction.
  store.labels.apply(some(0.1), { kind: 'box', box: { x: 0, y: 0, width: 24, height: 24 } }, 'a');
  all = store.images.rows(added.ids, run);
  reader = openReader(store.folder);
});

afterAll(() => {
  reader.close();
  store.close();
  rmSync(store.folder, { recursive: true });
});

function ids(q: string, sort: SortKey = 'id', descending = false, of: number | null = run): number[] {
  return [...store.images.ids({ dataset, run: of, q, sort, descending })];
}

function expected(test: (row: ImageRow) => boolean): number[] {
  return all.filter(test).map((row) => row.id);
}

const CASES: [string, (row: ImageRow) => boolean][] = [
  ['', () => true],
  ['label:sad', (row) => row.label === 'sad'],
  ['label:sad,none', (row) => row.label === 'sad' || row.label === null],
  ['-label:sad', (row) => row.label !== 'sad'],
  ['pred:fear', (row) => row.prediction === 'fear'],
  ['-pred:fear', (row) => row.prediction !== 'fear'],
  ['pred:none', (row) => row.prediction === null],
  ['pred:none,fear', (row) => row.prediction === null || row.prediction === 'fear'],
  ['-pred:none', (row) => row.prediction !== null],
  ['wrong', (row) => row.correct === false],
  ['-wrong', (row) => row.correct !== false],
  ['right', (row) => row.correct === true],
  ['wrong pred:fear', (row) => row.correct === false && row.prediction === 'fear'],
  ['-wrong pred:none', (row) => row.prediction === null],
  ['-wrong -pred:fear', (row) => row.correct !== false && row.prediction !== 'fear'],
  ['sigma>.6', (row) => (row.sigma ?? 0) > 0.6],
  ['-sigma>.6', (row) => !((row.sigma ?? 0) > 0.6)],
  ['flip>.3 confidence<.6', (row) => (row.flip ?? 0) > 0.3 && (row.confidence ?? 1) < 0.6],
  ['sigma=.4...6 loss<2', (row) => inside(row.sigma, 0.4, 0.6) && (row.loss ?? 9) < 2],
  ['margin>=0.2 entropy<=1.5', (row) => (row.margin ?? 0) >= 0.2 && (row.entropy ?? 9) <= 1.5],
  ['split:val', (row) => row.split === 'val'],
  ['-split:val,"my test"', (row) => row.split === 'train'],
  ['status:broken', (row) => row.status === 'broken'],
  ['excluded', (row) => row.status === 'excluded'],
  ['-broken -excluded', (row) => row.status === 'ok'],
  ['flagged reviewed', (row) => row.flagged && row.reviewed],
  ['unlabelled', (row) => row.label === null],
  ['path:cam_1', (row) => row.path.startsWith('Cam_1')],
  ['path:100%', (row) => row.path.startsWith('100%')],
  ['-path:"cam 2"', (row) => !row.path.startsWith('cam 2')],
  ['annotator:ben', (row) => spoke.get(row.id)?.includes('ben') ?? false],
  ['-annotator:ben,eve', (row) => !spoke.has(row.id)],
  ['disagreement>.5', (row) => (row.disagreement ?? 0) > 0.5],
  ['-disagreement>=0 label:sad', (row) => row.disagreement === null && row.label === 'sad'],
  ['@gender:female', (row) => facts(row).gender === 'female'],
  ['-@gender:female', (row) => facts(row).gender !== 'female'],
  ['@"head pose">=20.5', (row) => (facts(row).pose ?? 0) >= 20.5],
  [
    '@"head pose"=1.5..3 cam_1',
    (row) => inside(facts(row).pose, 1.5, 3) && (row.path.startsWith('Cam_1') || notes.has(row.id)),
  ],
  ['id:3,90,1', (row) => [1, 3, 90].includes(row.id)],
  ['-id:3 label:sad', (row) => row.id !== 3 && row.label === 'sad'],
  ['stale', (row) => row.stale],
  ['-stale wrong', (row) => !row.stale && row.correct === false],
  ['note:blurry', (row) => notes.has(row.id)],
  ['-note:blurry', (row) => !notes.has(row.id)],
  ['cam_1', (row) => row.path.startsWith('Cam_1') || notes.has(row.id)],
  [
    'label:fear pred:sad,happy -split:val cam_1',
    (row) =>
      row.label === 'fear' &&
      (row.prediction === 'sad' || row.prediction === 'happy') &&
      row.split !== 'val' &&
      (row.path.startsWith('Cam_1') || notes.has(row.id)),
  ],
];

/** The further facts that an image was given, by its number. */
function facts(row: ImageRow): { gender: string | null; pose: number | null } {
  const index = Number(/face_(\d+)/.exec(row.path)?.[1]);
  return index % 7 === 0 ? { gender: null, pose: null } : { gender: index % 2 ? 'female' : 'male', pose: index / 10 };
}

function inside(value: number | null, low: number, high: number): boolean {
  return value !== null && value >= low && value <= high;
}

describe('filters', () => {
  it.each(CASES)('%s', (q, test) => {
    const wanted = expected(test);
    expect(ids(q)).toEqual(wanted);
    // Each case must let something through and hold something back, or it would prove nothing.
    expect(wanted.length).toBeGreaterThan(0);
    if (q !== '') expect(wanted.length).toBeLessThan(all.length);
  });

  it('matches nothing on predictions without a run, and everything on their absence', () => {
    expect(ids('pred:fear', 'id', false, null)).toEqual([]);
    expect(ids('wrong', 'loss', true, null)).toEqual([]);
    expect(ids('-wrong', 'loss', true, null)).toHaveLength(all.length);
  });

  it('refuses a query that makes no sense', () => {
    expect(() => ids('label:grumpy')).toThrow(FailureError);
  });
});

describe('orders', () => {
  const value = (row: ImageRow, sort: SortKey): number | string | null => {
    const place = (label: Expression | null): number | null => (label === null ? null : EXPRESSIONS.indexOf(label));
    if (sort === 'label') return place(row.label);
    if (sort === 'prediction') return place(row.prediction);
    return row[sort];
  };

  it.each(
    SORT_KEYS.flatMap((sort) =>
      [false, true].flatMap((down) => ['', 'label:fear,sad'].map((q) => [sort, down, q] as const)),
    ),
  )('by %s, descending %s, of “%s”', (sort, descending, q) => {
    const rows = all.filter((row) => q === '' || row.label === 'fear' || row.label === 'sad');
    const present = rows.filter((row) => value(row, sort) !== null);
    present.sort((a, b) => {
      const [left, right] = [value(a, sort) ?? 0, value(b, sort) ?? 0];
      if (left === right) return a.id - b.id;
      return left < right ? -1 : 1;
    });
    if (descending) present.reverse();
    const absent = rows.filter((row) => value(row, sort) === null);
    expect(ids(q, sort, descending)).toEqual([...present, ...absent].map((row) => row.id));
  });
});

describe('an order kept from the last query', () => {
  it('is read anew once a label has changed it', () => {
    const before = ids('', 'loss', true);
    expect(ids('', 'loss', true)).toEqual(before);
    const last = before.findLast((id) => all.some((row) => row.id === id && row.loss !== null)) ?? 0;
    const row = all.find((one) => one.id === last);
    const label = SEVEN.find((one) => one !== row?.label && one !== row?.prediction) ?? 'sad';
    store.labels.apply([last], { kind: 'hard', label }, 'a');
    const after = ids('', 'loss', true);
    expect(after.indexOf(last)).toBeLessThan(before.indexOf(last));
    store.labels.undo('a');
    expect(ids('', 'loss', true)).toEqual(before);
    // Whoever changes what was answered does not change the next answer.
    store.images.ids({ dataset, run, q: '', sort: 'loss', descending: true }).reverse();
    expect(ids('', 'loss', true)).toEqual(before);
  });
});

describe('facets', () => {
  const count = (rows: readonly ImageRow[], key: (row: ImageRow) => string): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const row of rows) counts[key(row)] = (counts[key(row)] ?? 0) + 1;
    return counts;
  };
  const outcome = (row: ImageRow): string => (row.correct === null ? 'unknown' : row.correct ? 'right' : 'wrong');

  it.each(['', 'cam_1', 'sigma>.5 -split:val'])('count what “%s” shows', (q) => {
    const shown = new Set(ids(q));
    const rows = all.filter((row) => shown.has(row.id));
    const facets = reader.facets({ dataset, run, q });
    expect(facets.label).toEqual(count(rows, (row) => row.label ?? 'none'));
    expect(facets.prediction).toEqual(count(rows, (row) => row.prediction ?? 'none'));
    expect(facets.status).toEqual(count(rows, (row) => row.status));
    expect(facets.outcome).toEqual(count(rows, outcome));
    for (const name of ['ben', 'eve'])
      expect(facets.annotator[name]).toBe(rows.filter((row) => spoke.get(row.id)?.includes(name)).length);
    expect(facets.disagreement?.bins.reduce((sum, bin) => sum + bin, 0)).toBe(
      rows.filter((row) => row.disagreement !== null).length,
    );
    const losses = rows.filter((row) => row.loss !== null);
    expect(facets.loss?.bins.reduce((sum, bin) => sum + bin, 0)).toBe(losses.length);
    expect(facets.loss?.min).toBeCloseTo(Math.min(...all.flatMap((row) => row.loss ?? [])), 12);
  });

  it('leave a facet’s own terms out, so that its other values can be chosen', () => {
    const facets = reader.facets({ dataset, run, q: 'label:sad wrong' });
    expect(facets.label).toEqual(
      count(
        all.filter((row) => row.correct === false),
        (row) => row.label ?? 'none',
      ),
    );
    expect(facets.outcome).toEqual(
      count(
        all.filter((row) => row.label === 'sad'),
        outcome,
      ),
    );
    expect(facets.split).toEqual(
      count(
        all.filter((row) => row.label === 'sad' && row.correct === false),
        (row) => row.split,
      ),
    );
  });

  it('are null for numbers without a run', () => {
    const facets = reader.facets({ dataset, run: null, q: '' });
    expect(facets).toMatchObject({
      loss: null,
      sigma: null,
      prediction: { none: all.length },
      outcome: { unknown: all.length },
    });
  });
});

describe('columns kept from one query to the next', () => {
  /** What the reader says, which has followed every change, against one that has just been opened. */
  const agrees = (): void => {
    const fresh = openReader(store.folder);
    try {
      for (const q of [
        '',
        'label:fear',
        'wrong',
        'loss>1 -flagged',
        'disagreement>.2',
        'reviewed',
        'excluded',
        'stale',
        'blurry',
      ])
        for (const sort of ['loss', 'disagreement', 'label', 'id'] as const) {
          const query = { dataset, run, q, sort, descending: true };
          expect([...reader.select(query)], `${q} by ${sort}`).toEqual([...fresh.select(query)]);
        }
      for (const q of ['', 'label:fear', 'loss>1'])
        expect(reader.facets({ dataset, run, q })).toEqual(fresh.facets({ dataset, run, q }));
    } finally {
      fresh.close();
    }
  };

  it('follow labels, votes, flags, notes, exclusions and undo', () => {
    const next = random(3);
    const some = (): number[] => all.filter(() => next() < 0.05).map((row) => row.id);
    agrees();
    const acts = [
      () => store.labels.apply(some(), { kind: 'hard', label: 'happy' }, 'a'),
      () => store.labels.apply(some(), { kind: 'soft', soft: { fear: 0.5, sad: 0.5 } }, 'ben'),
      () => store.labels.apply(some(), { kind: 'hard', label: 'anger' }, 'eve', { as: 'opinion' }),
      () => store.labels.apply(some(), { kind: 'flag', flagged: true }, 'a'),
      () => store.labels.apply(some(), { kind: 'exclude', excluded: true }, 'a'),
      () => store.labels.apply(some(), { kind: 'clear' }, 'a'),
      () => store.labels.apply(some(), { kind: 'box', box: { x: 1, y: 1, width: 9, height: 9 } }, 'a'),
      () => store.labels.apply(some(), { kind: 'note', note: 'blurry' }, 'a'),
    ];
    for (const act of acts) {
      act();
      agrees();
    }
    for (let i = 0; i < 6; i++) store.labels.undo('a');
    agrees();
    store.labels.undo('ben');
    store.labels.undo('eve');
  });

  it('follow new predictions, new images and a second look at broken ones', () => {
    const [row] = all;
    if (row === undefined) throw new Error('No image.');
    const before = store.images.detail(row.id, run)?.prediction;
    store.runs.putPredictions(run, [{ image: row.id, mu: new Float32Array(7).fill(1), logvar: new Float32Array(7) }]);
    agrees();
    if (before?.logvar) store.runs.putPredictions(run, [{ image: row.id, mu: before.mu, logvar: before.logvar }]);
    const broken = all.find((one) => one.status === 'broken');
    const facts = { width: 9, height: 9, bytes: 9, contentHash: '', perceptualHash: '', box: null };
    store.images.mend(broken?.id ?? 0, { ...facts, reason: null });
    agrees();
    store.images.mend(broken?.id ?? 0, { ...facts, reason: 'again' });
    const added = store.datasets.insertImages(dataset, [newImage('late.png', 'fear', { split: 'late' })]);
    agrees();
    expect([...reader.select({ dataset, run, q: 'split:late', sort: 'loss', descending: true })]).toEqual(added);
  });
});
