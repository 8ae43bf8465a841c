import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { SORT_KEYS, type ImageQuery, type SortKey } from '../../../src-shared/domain/image.ts';
import { Columns } from '../../../src-main/services/store/columns/columns.ts';
import { Database } from '../../../src-main/services/store/database.ts';
import { facets as countFacets } from '../../../src-main/services/store/facets.ts';
import { ROWS } from '../../../src-main/services/store/images.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { selectIds } from '../../../src-main/services/store/select-ids.ts';
import { createStore } from '../../../src-main/services/store/store.ts';
import { addDataset, addRun, muFor, newImage } from './fixture.ts';

/** Plans are chosen without statistics: a few rows are as good as a million. */
let store: Store;
let dataset: number;
let run: number;

beforeAll(() => {
  store = createStore(mkdtempSync(join(tmpdir(), 'poster-var-plans-')), 'Test');
  const added = addDataset(store, 'faces', [
    newImage('a.png', 'sad', { attributes: { age: 20 } }),
    newImage('b.png', 'fear', { split: 'val', votes: { fear: 2, sad: 1 } }),
  ]);
  dataset = added.dataset;
  run = addRun(store, dataset);
  store.runs.putPredictions(
    run,
    added.ids.map((image) => ({ image, mu: muFor('sad'), logvar: new Float32Array(7) })),
  );
});

afterAll(() => {
  store.close();
  rmSync(store.folder, { recursive: true });
});

/** Every kind of term. */
const QUERIES = [
  'label:sad',
  'pred:fear,none',
  'wrong',
  'sigma>.6 flip>.1 loss<2 confidence>.1 margin>.1 entropy>.1 disagreement>.1',
  'split:val',
  'status:broken',
  'flagged reviewed',
  'annotator:ben',
  'path:cam',
  'note:blurry',
  'cam',
  '@age>=20',
  '@gender:female',
  `fixed:1`,
  'stale',
];

describe('query plans', () => {
  /** Every statement that queries and counts run, with its plan. */
  const plans = (ask: (columns: Columns) => void): Map<string, string[]> => {
    const database = new Database(join(store.folder, 'project.sqlite'), { readonly: true });
    const asked = new Set<string>();
    const recording = new Proxy(database, {
      get: (target, name) =>
        name === 'prepare'
          ? (sql: string) => {
              asked.add(sql);
              return target.prepare(sql);
            }
          : (Reflect.get(target, name) as unknown),
    });
    try {
      ask(new Columns(recording));
      return new Map(
        [...asked].map((sql) => {
          const plan = database.sql.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`);
          const named = Object.fromEntries([...sql.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, 1]));
          const values = new Array<number>(sql.split('?').length - 1).fill(1);
          const rows = values.length > 0 ? plan.all(...values) : plan.all(named);
          return [sql.replace(/\s+/g, ' ').trim(), rows.map(({ detail }) => detail)];
        }),
      );
    } finally {
      database.close();
    }
  };
  const query = (q: string, sort: SortKey): ImageQuery => ({ dataset, run, q, sort, descending: true });

  it('every statement is a range of an index, in its order: no whole table, no sort', () => {
    const found = plans((columns) => {
      for (const q of QUERIES) selectIds(columns, query(q, 'id'));
      for (const sort of SORT_KEYS) selectIds(columns, query('', sort));
      for (const q of ['', 'label:sad', 'sigma>.6 -split:val']) countFacets(columns, { dataset, run, q });
    });
    expect(found.size).toBeGreaterThan(20);
    for (const [sql, details] of found) {
      expect(
        details.filter((detail) => /TEMP B-TREE FOR ORDER/.test(detail)),
        sql,
      ).toEqual([]);
      // Names of annotators are few, the log's last line is the end of its table, and json_each is a list of ours.
      const scanned = details.filter(
        (detail) => /^SCAN/.test(detail) && !/^SCAN (n|hop|wanted|CONSTANT ROW)\b/.test(detail),
      );
      expect(scanned, sql).toEqual([]);
    }
  });

  it.each([
    ['SELECT image, loss FROM', 'COVERING INDEX predictions_loss (run=? AND dataset=? AND loss>?)'],
    ['SELECT image, sigma FROM', 'COVERING INDEX predictions_sigma (run=? AND dataset=? AND sigma>?)'],
    ['SELECT image, flip FROM', 'COVERING INDEX predictions_flip (run=? AND dataset=? AND flip>?)'],
    ['SELECT image, confidence FROM', 'COVERING INDEX predictions_confidence (run=? AND dataset=?)'],
    ['SELECT image, margin FROM', 'COVERING INDEX predictions_margin (run=? AND dataset=?)'],
    ['SELECT image, entropy FROM', 'COVERING INDEX predictions_entropy (run=? AND dataset=?)'],
    ['SELECT image, disagreement FROM', 'COVERING INDEX states_disagreement (dataset=? AND disagreement>?)'],
    ['SELECT image FROM states WHERE dataset = ? AND label = ?', 'COVERING INDEX states_label'],
    ['SELECT image FROM states WHERE dataset = ? AND split = ?', 'COVERING INDEX states_split'],
    ["SELECT image FROM states WHERE dataset = ? AND status <> 'ok'", 'INDEX states_status'],
    ['SELECT image FROM states WHERE dataset = ? AND reviewed', 'states_reviewed'],
    ['SELECT image FROM states WHERE dataset = ? AND flagged', 'states_flagged'],
    ['SELECT image FROM states INDEXED BY states_noted', 'states_noted'],
    ['SELECT image FROM opinions', 'opinions_annotator'],
    ['SELECT id FROM images WHERE dataset = ? ORDER BY path', 'COVERING INDEX images_path'],
    ['SELECT id FROM images WHERE dataset = ? AND (path LIKE', 'COVERING INDEX images_path'],
    [
      'SELECT image FROM predictions WHERE run = ? AND dataset = ? AND predicted',
      'COVERING INDEX predictions_predicted',
    ],
    ['SELECT image FROM predictions WHERE run = ? AND dataset = ? AND correct', 'COVERING INDEX predictions_correct'],
    ['SELECT image FROM predictions WHERE run = ? AND dataset = ? AND stale', 'predictions_stale'],
  ])('%s… reads %s', (start, index) => {
    const found = plans((columns) => {
      for (const q of QUERIES) selectIds(columns, query(q, 'id'));
      for (const sort of SORT_KEYS) selectIds(columns, query('', sort));
    });
    const plan = [...found].find(([sql]) => sql.startsWith(start));
    expect(plan?.[1][0]).toContain(index);
  });

  it('a page of rows is read by their ids alone', () => {
    const database = new Database(join(store.folder, 'project.sqlite'), { readonly: true });
    try {
      const details = database.sql
        .prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${ROWS}`)
        .all({ run, ids: '[1,2]' })
        .map(({ detail }) => detail);
      expect(details[0]).toMatch(/^SCAN wanted/);
      // The rows of one page are put in the order of the ids; nothing else is sorted or scanned.
      expect(details.at(-1)).toBe('USE TEMP B-TREE FOR ORDER BY');
      for (const detail of details.slice(1, -1)) expect(detail).toMatch(/^SEARCH \w USING (INTEGER )?PRIMARY KEY/);
    } finally {
      database.close();
    }
  });
});
