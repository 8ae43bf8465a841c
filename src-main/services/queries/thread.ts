/** The query thread: counting a million images takes a second, in which nothing else may wait. It only reads. */
import { openReader, type Reader } from '../store/reader.ts';
import { answerWith } from '../threads/protocol.ts';
import type { Question } from './protocol.ts';

let held: { readonly folder: string; readonly reader: Reader } | null = null;

function close(): void {
  held?.reader.close();
  held = null;
}

function readerOf(folder: string): Reader {
  if (held?.folder !== folder) close();
  held ??= { folder, reader: openReader(folder) };
  return held.reader;
}

answerWith((question: Question) => {
  if (question.kind === 'close') return close();
  return readerOf(question.folder).facets(question.query);
});
