import { z } from 'zod';
import { TrainRequest } from '../../../src-shared/domain/run.ts';
import { VariantId, type Suite } from '../../../src-shared/domain/suite.ts';
import type { Trial } from '../../../src-shared/domain/trial.ts';
import { TrialRequest, TrialResult } from '../../../src-shared/domain/trial.ts';
import type { Database } from './database.ts';
import type { SuiteTable, TrialTable } from './interface.ts';
import { parseColumn } from './json.ts';

interface SuiteRecord {
  id: number;
  name: string;
  request: string;
  variants: string;
  seeds: string;
  created_at: string;
}

export class Suites implements SuiteTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(): Suite[] {
    return this.#database.read(() =>
      this.#database
        .prepare<[], SuiteRecord>('SELECT * FROM suites ORDER BY id DESC')
        .all()
        .map((record) => this.#toSuite(record)),
    );
  }

  insert({ name, request, variants, seeds }: Omit<Suite, 'id' | 'runs' | 'createdAt'>): number {
    return this.#database.write(() => {
      const { lastInsertRowid } = this.#database
        .prepare<[string, string, string, string, string]>(
          'INSERT INTO suites (name, request, variants, seeds, created_at) VALUES (?, ?, ?, ?, ?)',
        )
        .run(name, JSON.stringify(request), JSON.stringify(variants), JSON.stringify(seeds), new Date().toISOString());
      return Number(lastInsertRowid);
    });
  }

  addRun(suite: number, { run, variant, seed }: Suite['runs'][number]): void {
    this.#database.write(() =>
      this.#database
        .prepare<[number, number, string, number]>(
          'INSERT INTO suite_runs (suite, run, variant, seed) VALUES (?, ?, ?, ?)',
        )
        .run(suite, run, variant, seed),
    );
  }

  remove(suite: number): void {
    this.#database.write(() => this.#database.prepare<[number]>('DELETE FROM suites WHERE id = ?').run(suite));
  }

  #toSuite(record: SuiteRecord): Suite {
    const runs = this.#database
      .prepare<[number], Suite['runs'][number]>(
        'SELECT run, variant, seed FROM suite_runs WHERE suite = ? ORDER BY run',
      )
      .all(record.id);
    return {
      id: record.id,
      name: record.name,
      request: parseColumn(TrainRequest, record.request),
      variants: parseColumn(z.array(VariantId), record.variants),
      seeds: parseColumn(z.array(z.number()), record.seeds),
      runs,
      createdAt: record.created_at,
    };
  }
}

interface TrialRecord {
  id: number;
  request: string;
  result: string;
  created_at: string;
}

export class Trials implements TrialTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(): Trial[] {
    return this.#database.read(() =>
      this.#database
        .prepare<[], TrialRecord>('SELECT id, request, result, created_at FROM trials ORDER BY id DESC LIMIT 50')
        .all()
        .map(({ id, request, result, created_at }) => ({
          id,
          request: parseColumn(TrialRequest, request),
          result: parseColumn(TrialResult, result),
          createdAt: created_at,
        })),
    );
  }

  insert({ request, result }: Omit<Trial, 'id' | 'createdAt'>): number {
    return this.#database.write(() => {
      const { lastInsertRowid } = this.#database
        .prepare<[string, string, string, string]>(
          'INSERT INTO trials (kind, request, result, created_at) VALUES (?, ?, ?, ?)',
        )
        .run(result.kind, JSON.stringify(request), JSON.stringify(result), new Date().toISOString());
      return Number(lastInsertRowid);
    });
  }
}
