import { join } from 'node:path';
import type { Facets, ImageQuery } from '../../../src-shared/domain/image.ts';
import { Database } from './database.ts';
import { facets } from './facets.ts';
import { DATABASE_FILE } from './store.ts';

/** A second connection to a project that is open: sees what was committed before each question, and writes nothing. */
export interface Reader {
  facets(query: Pick<ImageQuery, 'dataset' | 'run' | 'q'>): Facets;
  close(): void;
}

/** @throws FailureError 'unreadable' where the file is gone or damaged. */
export function openReader(folder: string): Reader {
  const database = new Database(join(folder, DATABASE_FILE), { readonly: true });
  return {
    facets: (query) => database.snapshot(() => facets(database, query)),
    close: () => database.close(),
  };
}
