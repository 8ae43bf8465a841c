import type { Round } from '../../../src-shared/domain/round.ts';
import type { Database, Statement } from './database.ts';

export interface RoundTable {
  /** @param lists images of each annotator, in the order in which they are judged. */
  insert(
    round: Pick<Round, 'dataset' | 'name' | 'query' | 'overlap' | 'createdAt'>,
    lists: ReadonlyMap<string, readonly number[]>,
  ): number;
  /** Of a dataset, the newest first. */
  list(dataset: number): Round[];
  /** An annotator's list, in its order; empty for somebody without one. */
  images(round: number, annotator: string): Int32Array;
  /** Opinions stay. False for an unknown round. */
  remove(round: number): boolean;
}

type RoundRow = Omit<Round, 'lists'>;

/** Rounds of second opinions. */
export class Rounds implements RoundTable {
  readonly #database: Database;
  readonly #insert: Statement<[number, string, string, number, string]>;
  readonly #deal: Statement<[number, string, number, number]>;
  readonly #list: Statement<[number], RoundRow>;
  readonly #lists: Statement<[number], Round['lists'][number]>;
  readonly #images: Statement<[number, string], number>;
  readonly #remove: Statement<[number]>;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare(
      'INSERT INTO rounds (dataset, name, query, overlap, created_at) VALUES (?, ?, ?, ?, ?)',
    );
    this.#deal = database.prepare('INSERT INTO round_images (round, annotator, place, image) VALUES (?, ?, ?, ?)');
    this.#list = database.prepare(`
      SELECT r.id, r.dataset, r.name, r.query, r.overlap, r.created_at AS createdAt,
        (SELECT count(DISTINCT image) FROM round_images WHERE round = r.id) AS images,
        (SELECT count(*) FROM (SELECT 1 FROM round_images WHERE round = r.id GROUP BY image HAVING count(*) > 1)) AS shared
      FROM rounds AS r WHERE r.dataset = ? ORDER BY r.id DESC`);
    this.#lists = database.prepare(`
      SELECT m.annotator, count(*) AS images, sum(o.image IS NOT NULL OR s.status <> 'ok') AS done
      FROM round_images AS m JOIN rounds AS r ON r.id = m.round
      JOIN states AS s ON s.dataset = r.dataset AND s.image = m.image
      LEFT JOIN annotators AS n ON n.name = m.annotator
      LEFT JOIN opinions AS o ON o.dataset = r.dataset AND o.image = m.image AND o.annotator = n.id
      WHERE m.round = ? GROUP BY m.annotator ORDER BY m.annotator`);
    this.#images = database
      .prepare<[number, string], number>(
        'SELECT image FROM round_images WHERE round = ? AND annotator = ? ORDER BY place',
      )
      .pluck();
    this.#remove = database.prepare('DELETE FROM rounds WHERE id = ?');
  }

  insert(
    { dataset, name, query, overlap, createdAt }: Pick<Round, 'dataset' | 'name' | 'query' | 'overlap' | 'createdAt'>,
    lists: ReadonlyMap<string, readonly number[]>,
  ): number {
    return this.#database.write(() => {
      const round = Number(this.#insert.run(dataset, name, query, overlap, createdAt).lastInsertRowid);
      for (const [annotator, images] of lists)
        for (const [place, image] of images.entries()) this.#deal.run(round, annotator, place, image);
      return round;
    });
  }

  list(dataset: number): Round[] {
    return this.#database.read(() =>
      this.#list.all(dataset).map((row) => ({ ...row, lists: this.#lists.all(row.id) })),
    );
  }

  images(round: number, annotator: string): Int32Array {
    return Int32Array.from(this.#database.read(() => this.#images.all(round, annotator)));
  }

  remove(round: number): boolean {
    return this.#database.write(() => this.#remove.run(round).changes > 0);
  }
}
