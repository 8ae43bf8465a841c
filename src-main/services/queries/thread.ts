/** A query thread: looking through a million images takes a second, in which nothing else may wait. It only reads. */
import { openReader, type Reader } from '../store/reader.ts';
import { answerWith } from '../threads/protocol.ts';
import { ANSWERS } from './answers.ts';
import type { Question } from './queries.ts';

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
  const reader = readerOf(question.folder);
  const { own, newest } = question.turn;
  const answer = ANSWERS[question.kind] as (reader: Reader, request: unknown, isNewest: () => boolean) => unknown;
  return reader.snapshot(() => answer(reader, question.request, () => Atomics.load(newest, 0) === own));
});
