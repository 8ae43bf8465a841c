import { join } from 'node:path';
import type { Facets, ImageQuery, SigmaRank } from '../../../src-shared/domain/image.ts';
import { Columns } from './columns/columns.ts';
import { Database } from './database.ts';
import { facets } from './facets.ts';
import type { Store } from './interface.ts';
import { selectIds } from './select-ids.ts';
import { DATABASE_FILE, readOnlyStore } from './store.ts';

/** A second connection to a project that is open: sees what was committed before each question, and writes nothing. */
export interface Reader {
  /** Every method that only reads; the others fail. */
  readonly store: Store;
  /** Ids of a query in order. @throws FailureError 'invalid' for a query that does not parse. */
  select(query: ImageQuery): Int32Array<ArrayBuffer>;
  /** @param pause called between facets; may throw to end it. */
  facets(query: Pick<ImageQuery, 'dataset' | 'run' | 'q'>, pause?: () => void): Facets;
  /** Where an image's sigma stands among those predicted as the same class; null without a prediction or without VICH. */
  sigmaRank(run: number, image: number): SigmaRank | null;
  /** Runs a body on one state of the database, whatever is written meanwhile. */
  snapshot<T>(body: () => T): T;
  close(): void;
}

/** @throws FailureError 'unreadable' where the file is gone or damaged. */
export function openReader(folder: string): Reader {
  const database = new Database(join(folder, DATABASE_FILE), { readonly: true });
  const columns = new Columns(database);
  const own = database.prepare<
    [number, number],
    { dataset: number; predicted: SigmaRank['expression']; sigma: number }
  >(
    `SELECT p.dataset, p.predicted, p.sigma FROM images AS i
     JOIN predictions AS p ON p.run = ? AND p.dataset = i.dataset AND p.image = i.id
     WHERE i.id = ? AND p.sigma IS NOT NULL`,
  );
  const others = database.prepare<[number, number, number, string], { images: number; below: number }>(
    `SELECT count(*) AS images, coalesce(sum(sigma < ?), 0) AS below FROM predictions
     WHERE run = ? AND dataset = ? AND predicted = ?`,
  );
  return {
    store: readOnlyStore(folder, database),
    select: (query) => database.read(() => selectIds(columns, query)),
    facets: (query, pause) => database.read(() => facets(columns, query, pause)),
    sigmaRank: (run, image) =>
      database.read(() => {
        const found = own.get(run, image);
        if (found === undefined) return null;
        const counts = others.get(found.sigma, run, found.dataset, found.predicted);
        return { expression: found.predicted, sigma: found.sigma, ...(counts ?? { images: 0, below: 0 }) };
      }),
    snapshot: (body) => database.snapshot(body),
    close: () => database.close(),
  };
}
