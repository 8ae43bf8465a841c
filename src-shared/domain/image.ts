import { z } from 'zod';
import { Box } from './box.ts';
import { Expression } from './expression.ts';
import { Annotation, AnnotatorOpinion } from './label.ts';
import { SoftLabel, VoteChoice } from './votes.ts';

export const ImageStatus = z.enum(['ok', 'broken', 'excluded']);
export type ImageStatus = z.infer<typeof ImageStatus>;

export const SORT_KEYS = [
  'id',
  'path',
  'label',
  'prediction',
  'loss',
  'sigma',
  'flip',
  'confidence',
  'margin',
  'entropy',
  'disagreement',
] as const;
export const SortKey = z.enum(SORT_KEYS);
export type SortKey = z.infer<typeof SortKey>;

/** Images in an order: what the gallery shows. `run` gives predictions; without one, those columns are null. */
export const ImageQuery = z.object({
  dataset: z.number().int(),
  run: z.number().int().nullable(),
  /** Query language, see domain/query: `label:sad pred:fear sigma>.6 -split:test wrong`. */
  q: z.string().max(2_000),
  sort: SortKey,
  descending: z.boolean(),
});
export type ImageQuery = z.infer<typeof ImageQuery>;

/** One tile. */
export const ImageRow = z.object({
  id: z.number().int(),
  path: z.string(),
  split: z.string(),
  status: ImageStatus,
  /** Why a broken image is broken, or one was left out by the import. */
  reason: z.string().nullable(),
  /** The face in the picture where only a part of it is used; null: the whole picture. */
  box: Box.nullable(),
  /** Current label: the dataset's, or the last annotation's. */
  label: Expression.nullable(),
  /** A person has annotated it. */
  reviewed: z.boolean(),
  flagged: z.boolean(),
  noted: z.boolean(),
  /**
   * The face was marked anew since, or the file is another one: the prediction is of other pixels. It has no loss, is neither right
   * nor wrong, and no figure counts it.
   */
  stale: z.boolean(),
  prediction: Expression.nullable(),
  /** Prediction equals the current label; null without either. */
  correct: z.boolean().nullable(),
  /** Cross-entropy of softmax(mu) on the current label, nats. */
  loss: z.number().nullable(),
  /** sigma = exp(logvar/2) of the predicted class. */
  sigma: z.number().nullable(),
  /** Probability that the runner-up beats the winner when each z is drawn from N(mu, sigma²). */
  flip: z.number().nullable(),
  /** Largest probability of softmax(mu). */
  confidence: z.number().nullable(),
  /** softmax(mu): largest minus second largest probability. */
  margin: z.number().nullable(),
  /** Entropy of softmax(mu), nats. */
  entropy: z.number().nullable(),
  /** Entropy of what people said of it, nats; null with fewer than two votes. */
  disagreement: z.number().nullable(),
});
export type ImageRow = z.infer<typeof ImageRow>;

/** A run's output for one image. Arrays follow `classes`. */
export const Prediction = z.object({
  run: z.number().int(),
  classes: z.array(Expression),
  mu: z.instanceof(Float32Array),
  /** Null for a model without VICH. */
  logvar: z.instanceof(Float32Array).nullable(),
});
export type Prediction = z.infer<typeof Prediction>;

/** Further facts of an image by their name in the dataset. */
export const Attributes = z.record(z.string(), z.union([z.string(), z.number()]));
export type Attributes = z.infer<typeof Attributes>;

/** A further fact that a dataset has of its images, with some of the values that occur. */
export const AttributeSample = z.object({ name: z.string(), values: z.array(z.union([z.string(), z.number()])) });
export type AttributeSample = z.infer<typeof AttributeSample>;

export const ImageDetail = z.object({
  row: ImageRow,
  dataset: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  bytes: z.number().int(),
  /** SHA-256 of the file's bytes, hex. */
  contentHash: z.string(),
  /** Label as it came with the dataset. */
  datasetLabel: Expression.nullable(),
  /** Vote counts by choice where the dataset brought them. */
  votes: z.record(VoteChoice, z.number()).nullable(),
  /** Target that a vote rule made of them; it stands until somebody labels the image. */
  soft: SoftLabel.nullable(),
  /** The soft target that stands: the dataset's, or a person's; null: the label alone. */
  target: SoftLabel.nullable(),
  /** What each annotator says now, in the order of the names. */
  opinions: z.array(AnnotatorOpinion),
  /** The face as the dataset marked it. */
  datasetBox: Box.nullable(),
  /** What else the dataset says of the image: gender, age, valence, subject … */
  attributes: Attributes.nullable(),
  note: z.string(),
  prediction: Prediction.nullable(),
  history: z.array(Annotation),
  /** Other images of the dataset with the same bytes. */
  duplicates: z.array(z.number().int()),
});
export type ImageDetail = z.infer<typeof ImageDetail>;

/** Where the sigma of an image's predicted class stands among the images that the run predicts as the same class. */
export const SigmaRank = z.object({
  expression: Expression,
  sigma: z.number(),
  /** Images that are predicted so, this one included. */
  images: z.number().int(),
  /** Those with a smaller sigma. */
  below: z.number().int(),
});
export type SigmaRank = z.infer<typeof SigmaRank>;

export const Histogram = z.object({
  min: z.number(),
  max: z.number(),
  /** Counts in equal bins between min and max. */
  bins: z.array(z.number().int()),
});
export type Histogram = z.infer<typeof Histogram>;

export const Facets = z.object({
  label: z.record(z.string(), z.number().int()),
  prediction: z.record(z.string(), z.number().int()),
  split: z.record(z.string(), z.number().int()),
  status: z.record(z.string(), z.number().int()),
  /** right, wrong, and unknown (no label or no prediction). */
  outcome: z.record(z.string(), z.number().int()),
  /** Images that each annotator has an opinion on. */
  annotator: z.record(z.string(), z.number().int()),
  loss: Histogram.nullable(),
  sigma: Histogram.nullable(),
  flip: Histogram.nullable(),
  confidence: Histogram.nullable(),
  margin: Histogram.nullable(),
  entropy: Histogram.nullable(),
  disagreement: Histogram.nullable(),
});
export type Facets = z.infer<typeof Facets>;
