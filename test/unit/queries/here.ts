/** Queries without threads: the same answers from the same readers, in this thread. */
import { ANSWERS } from '../../../src-main/services/queries/answers.ts';
import type { Queries } from '../../../src-main/services/queries/queries.ts';
import { openReader, type Reader } from '../../../src-main/services/store/reader.ts';

export const queriesHere: Pick<Queries, 'ask'> = {
  ask: (kind, folder, request) =>
    new Promise((resolve) => {
      const reader = openReader(folder);
      try {
        const answer = ANSWERS[kind] as (reader: Reader, request: unknown) => never;
        resolve(answer(reader, request));
      } finally {
        reader.close();
      }
    }),
};
