import type { ImageStatus } from '../image.ts';
import type { NumberField, Outcome, VALUE_FIELDS, Word } from './ast.ts';

/** What every word and field of the query language means, in a few words: the completion and the docs say the same. */
export const MEANINGS: Readonly<
  Record<Word | NumberField | Outcome | ImageStatus | (typeof VALUE_FIELDS)[number], string>
> = {
  label: 'the label that stands',
  pred: 'the class that the run predicts',
  split: 'train, val, test or the dataset’s own',
  status: 'ok, broken or excluded',
  annotator: 'who has an opinion on it',
  path: 'text in the file’s path',
  note: 'text in the note',
  id: 'number of the image in the project',
  sigma: 'σ of the predicted class',
  flip: 'probability that the runner-up beats the winner',
  loss: 'cross-entropy on the label, nats',
  confidence: 'largest probability of softmax(μ)',
  margin: 'largest probability less the second largest',
  entropy: 'entropy of softmax(μ), nats',
  disagreement: 'entropy of what people said, nats',
  wrong: 'prediction differs from the label',
  right: 'prediction is the label',
  flagged: 'somebody flagged it',
  reviewed: 'a person decided on it',
  unlabelled: 'has no label',
  broken: 'the file cannot be read',
  excluded: 'left out',
  stale: 'predicted from other pixels than are looked at now',
  ok: 'usable',
  fixed: 'right now, wrong for the baseline run',
  regressed: 'wrong now, right for the baseline run',
  bothright: 'right for both runs',
  bothwrong: 'wrong for both runs',
  compared: 'predicted by both runs and compared: one of those four',
};
