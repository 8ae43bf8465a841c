import { EXPRESSION_FACES, type Expression } from '../../../src-shared/domain/expression.ts';
import { Opinion, type Annotation } from '../../../src-shared/domain/label.ts';
import type { Database } from './database.ts';
import { Box, parseColumn, parseOptional } from './json.ts';
import { opinionInWords } from './opinions.ts';

/** A line of the log as it is read. */
export interface AnnotationRecord {
  id: number;
  batch: number;
  annotator: string;
  kind: Annotation['kind'];
  label_before: Expression | null;
  label_after: Expression | null;
  voter: number | null;
  opinion_after: string | null;
  value_after: string | null;
  action: 'apply' | 'undo' | 'redo';
  back_to: string | null;
  reverts: number | null;
  queue: string | null;
  score: number | null;
  at: string;
}

/** What a line made of the image, in words. */
export function lineInWords(record: AnnotationRecord): string {
  switch (record.kind) {
    case 'hard':
    case 'soft':
    case 'unsure':
    case 'skip':
    case 'clear':
      if (record.opinion_after !== null) return opinionInWords(parseColumn(Opinion, record.opinion_after));
      if (record.voter !== null && record.label_before === record.label_after) return 'no opinion';
      return record.label_after === null ? 'no label' : EXPRESSION_FACES[record.label_after].title;
    case 'exclude':
      return record.value_after === 'excluded' ? 'excluded' : 'included';
    case 'flag':
      return record.value_after === '1' ? 'flagged' : 'not flagged';
    case 'note':
      return record.value_after ?? '';
    case 'box':
      return boxInWords(parseOptional(Box, record.value_after));
  }
}

function boxInWords(box: Box | null): string {
  return box === null ? 'whole picture' : `face at ${box.x}, ${box.y}, ${box.width} × ${box.height} px`;
}

/** An image's lines of the log, the oldest first. */
export function history(database: Database, image: number): Annotation[] {
  const records = database
    .prepare<[number], AnnotationRecord>(
      `SELECT a.id, a.batch, n.name AS annotator, a.kind, a.label_before, a.label_after, a.voter, a.opinion_after, a.value_after, b.action, b.back_to, a.reverts,
         b.context ->> 'queue' AS queue, b.context ->> 'score' AS score, b.at
       FROM annotations AS a JOIN batches AS b ON b.id = a.batch JOIN annotators AS n ON n.id = b.annotator
       WHERE a.image = ? ORDER BY a.id`,
    )
    .all(image);
  return records.map((record) => ({
    id: record.id,
    batch: record.batch,
    image,
    annotator: record.annotator,
    kind: record.kind,
    value: lineInWords(record),
    before: record.label_before,
    after: record.label_after,
    reversal: record.action !== 'apply' || record.back_to !== null || record.reverts !== null,
    at: record.at,
    queue: record.queue,
    score: record.score,
  }));
}
