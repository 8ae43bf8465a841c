import type { Expression } from '../../../../src-shared/domain/expression.ts';
import { writeTextFile } from '../../files/write.ts';
import { csvLine } from '../../labels/csv.ts';
import type { ImageAsOf } from '../../store/interface.ts';
import { isTrainable, type LabelExporter } from '../exporter.ts';

/** The official code's columns of votes, in its order of classes, and what we call them. */
const VOTES: readonly (readonly [column: string, expression: Expression])[] = [
  ['neutral', 'neutral'],
  ['happiness', 'happy'],
  ['surprise', 'surprise'],
  ['sadness', 'sad'],
  ['anger', 'anger'],
  ['disgust', 'disgust'],
  ['fear', 'fear'],
  ['contempt', 'contempt'],
];
const NAMES = new Map(VOTES.map(([column, expression]) => [expression, column]));
/** Votes that an image has: the code divides by them. */
const TAGGERS = 10;

/** path, label, fold and eight votes, as the official POSTER-Var code reads FER+. */
export const manifest: LabelExporter = async (material, file) => {
  let images = 0;
  let leftOut = 0;
  async function* lines(): AsyncGenerator<string> {
    yield csvLine(['path', 'label', 'fold', ...VOTES.map(([column]) => column)]);
    for await (const image of material.images()) {
      if (!isTrainable(image)) {
        leftOut++;
        continue;
      }
      images++;
      const name = NAMES.get(image.label) ?? image.label;
      yield csvLine([harmless(image.path), name, image.split, ...VOTES.map(([, one]) => votesFor(image, one))]);
    }
  }
  await writeTextFile(file, lines());
  return { images, leftOut };
};

/**
 * Votes as they were cast while the label is the dataset's; after a person decided, ten for that label, or the soft target's shares
 * of ten, so that the corrected set trains there as it does here.
 */
function votesFor({ votes, soft, label, datasetLabel }: ImageAsOf, expression: Expression): number {
  if (votes !== null && label === datasetLabel) return votes[expression] ?? 0;
  if (soft !== null) return Number(((soft[expression] ?? 0) * TAGGERS).toPrecision(7));
  return label === expression ? TAGGERS : 0;
}

/** The same path, written so that neither a spreadsheet takes it for a formula nor the reader for another file. */
function harmless(path: string): string {
  return /^[=+\-@\t\r\0]/.test(path) ? `./${path}` : path;
}
