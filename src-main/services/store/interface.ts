import type { Box } from '../../../src-shared/domain/box.ts';
import type { Dataset, ImportChoices, ImportFormat, ImportReport } from '../../../src-shared/domain/dataset.ts';
import type { EpochDynamics, TrainingDynamics } from '../../../src-shared/domain/dynamics.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import type {
  Attributes,
  AttributeSample,
  ImageDetail,
  ImageQuery,
  ImageRow,
  ImageStatus,
} from '../../../src-shared/domain/image.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { DecisionContext, LabelBatch, LabelChange, LabelRole, LogLine } from '../../../src-shared/domain/label.ts';
import type { SoftLabel, Votes } from '../../../src-shared/domain/votes.ts';
import type { EpochMetrics, Run, RunMetrics } from '../../../src-shared/domain/run.ts';
import type { Suite } from '../../../src-shared/domain/suite.ts';
import type { Trial } from '../../../src-shared/domain/trial.ts';
import type { Version, VersionDifference } from '../../../src-shared/domain/version.ts';
import type { AuditTable } from './audit-table.ts';
import type { HeldOutTable } from './held-out.ts';
import type { ImportTable } from './import-table.ts';
import type { NewImage } from './new-image.ts';
import type { RoundTable } from './rounds.ts';
import type { OpinionTable } from './opinion-table.ts';
import type { SavedSliceTable } from './saved-slices.ts';

export type { ImageState, NewImage } from './new-image.ts';
export type { ImportProgress, ImportStep, ImportTable, UndealtImage, UnfinishedImport } from './import-table.ts';

/** One image as training and prediction see it. */
export interface ImageFile {
  readonly id: number;
  /** Absolute path. */
  readonly file: string;
  /** Relative path, as shown and exported. */
  readonly path: string;
  readonly split: string;
  readonly label: Expression | null;
  /** The soft target that stands, the dataset's or a person's; null: the label alone. */
  readonly soft: SoftLabel | null;
  /** The face in the picture; null for the whole of it. */
  readonly box: Box | null;
}

/** mu and logvar of one image in the order of the run's classes; logvar is null without VICH. */
export interface NewPrediction {
  readonly image: number;
  readonly mu: Float32Array;
  readonly logvar: Float32Array | null;
  /** The part of the picture that the model saw; by default what is marked as the face now. */
  readonly box?: Box | null;
}

export interface StoredPrediction extends NewPrediction {
  readonly path: string;
  readonly split: string;
  /** Current label. */
  readonly label: Expression | null;
  readonly status: ImageStatus;
  /** Part of the upright picture that is looked at now; null for the whole of it. */
  readonly box: Box | null;
}

/** Two runs' mu for one readable, labelled image; each in its run's order of classes. */
export interface PairedPrediction {
  readonly image: number;
  readonly split: string;
  readonly label: Expression;
  /** Its label changed between the two trainings. */
  readonly relabelled: boolean;
  /** One of the two was trained on the same file in another dataset. */
  readonly learned: boolean;
  readonly baselineMu: Float32Array;
  readonly runMu: Float32Array;
}

export interface DatasetTable {
  list(): Dataset[];
  get(dataset: number): Dataset | null;
  /** Whether there is such a dataset: cheaper than its counts. */
  has(dataset: number): boolean;
  byName(name: string): Dataset | null;
  /** Creates it in the state "importing": hidden from list() until finish(). */
  insert(dataset: { name: string; root: string; format: ImportFormat; choices?: ImportChoices }): number;
  /** Inserts in one transaction; returns ids in order. */
  insertImages(dataset: number, rows: readonly NewImage[]): number[];
  finish(dataset: number, report: ImportReport): void;
  report(dataset: number): ImportReport | null;
  /** The folder that its image paths are relative to from now on. */
  setRoot(dataset: number, root: string): void;
  /** Counts broken images anew. */
  recount(dataset: number): void;
  /** Removes rows only, never files. */
  remove(dataset: number): void;
  /** Removes imports that never finished and cannot go on; for opening a project. */
  removeUnfinished(): void;
}

/** What tells whether two images are the same. */
export interface Fingerprint {
  readonly image: number;
  readonly split: string;
  /** Equal for equal bytes and box. */
  readonly content: string;
  /** Difference hash, 16 hex digits; '' where the face was moved since. */
  readonly hash: string;
}

/** A file as it was when it was last read; without content hash and bytes where that was not possible. */
export interface KnownFile extends Pick<NewImage, 'path' | 'status' | 'bytes' | 'contentHash'> {
  readonly image: number;
  readonly box: Box | null;
}

/** What a look at a file found. */
export type FileFacts = Pick<
  NewImage,
  'reason' | 'width' | 'height' | 'bytes' | 'contentHash' | 'perceptualHash' | 'box'
>;

export interface ImageTable {
  /** Ids of a query in order. Throws FailureError 'invalid' for a query that does not parse. */
  ids(query: ImageQuery): Int32Array;
  /** Rows in the order of ids; unknown ids are left out. */
  rows(ids: readonly number[], run: number | null): ImageRow[];
  detail(image: number, run: number | null): ImageDetail | null;
  /** Status ok only (not broken, not excluded); split null = all splits. */
  files(dataset: number, split: string | null): ImageFile[];
  /** Broken and excluded images. */
  unusable(dataset: number): number[];
  /** Every further fact of a dataset's images by its name: the value of each image that has it. */
  attributesOf(dataset: number): Map<string, Map<number, string | number>>;
  /** Names of further facts with some of their values, as the first few hundred images have them. */
  sampleAttributes(dataset: number): AttributeSample[];
  /** Usable images by label, as labels stand and as the dataset brought them. */
  balance(
    dataset: number,
    split: string | null,
  ): { label: Expression | null; imported: Expression | null; images: number }[];
  /** Entropy of what people said of a dataset's images, nats; images with fewer than two votes are missing. */
  disagreements(dataset: number): Map<number, number>;
  /** Absolute path, dataset root and content hash, for serving and explaining; null for an unknown id. */
  file(image: number): { file: string; root: string; contentHash: string; status: ImageStatus; box: Box | null } | null;
  /** Usable images of a dataset after one id. */
  fingerprints(dataset: number, after: number, limit: number): Fingerprint[];
  /** Files spread evenly over a dataset. */
  sampleFiles(dataset: number, count: number): KnownFile[];
  knownFiles(dataset: number, which: 'all' | 'broken', after: number, limit: number): KnownFile[];
  /** Stores what a second look at a file found; predictions of other bytes become stale. What is left out stays so. */
  mend(image: number, facts: FileFacts): void;
  /** Sizes of pictures that do not hold this box; at most ten of them. */
  tooSmallFor(images: ArrayLike<number>, box: Box): { width: number; height: number }[];
  /** Datasets that these images belong to. */
  datasetsOf(images: ArrayLike<number>): number[];
  /** Those of these images that are neither broken nor left out. */
  usableOf(images: ArrayLike<number>): Set<number>;
  /** A few usable images, spread evenly over a dataset. */
  sample(dataset: number, count: number): number[];
}

export interface HowApplied {
  readonly as?: LabelRole | undefined;
  readonly context?: DecisionContext | undefined;
}

/**
 * The append-only log. Each act appends one line an image, also where it repeats what stood there (a second opinion is one);
 * `changed` counts these lines. Unknown ids and, for `exclude`, broken images are left out.
 */
export interface LabelLog {
  /** Throws FailureError 'invalid' when no image is left to act on. */
  apply(images: ArrayLike<number>, change: LabelChange, annotator: string, how?: HowApplied): LabelBatch;
  /** Different changes to different images as one act; no image stands in two parts. Throws as `apply`. */
  applyEach(
    parts: readonly { readonly images: ArrayLike<number>; readonly change: LabelChange }[],
    annotator: string,
    how?: HowApplied,
  ): LabelBatch;
  /**
   * What another project says, as one act: several things of one image, and opinions under the names of those who hold them.
   * No part is empty.
   */
  merge(
    parts: readonly {
      readonly images: readonly number[];
      readonly change: LabelChange;
      readonly as: LabelRole;
      readonly voter: string | null;
    }[],
    annotator: string,
  ): LabelBatch;
  /**
   * Takes back the annotator's last act that is in effect; null when there is none. What somebody has changed since stays, and
   * is counted in `left`.
   */
  undo(annotator: string): LabelBatch | null;
  /** Repeats what the annotator undid last; null when there is nothing or they did something since. */
  redo(annotator: string): LabelBatch | null;
  /**
   * Brings labels, soft targets, exclusions, flags, notes and boxes of a dataset back to what they were after a line of the log, as
   * one act that can be undone; opinions stay. `name` is what the point is called. Throws FailureError 'conflict' when nothing differs.
   */
  restore(dataset: number, point: number, name: string, annotator: string): LabelBatch;
  /**
   * Takes back lines of the log, the newest first, as one act of its own that can be undone. Lines whose image was changed since stay
   * and are counted in `left`. Throws FailureError 'conflict' where that is all of them.
   */
  revert(lines: readonly number[], annotator: string): LabelBatch;
  state(annotator: string): { canUndo: boolean; canRedo: boolean };
}

/** One image with everything that was known of it at a point of the log. */
export interface ImageAsOf {
  readonly id: number;
  readonly path: string;
  readonly split: string;
  readonly status: ImageStatus;
  readonly reason: string | null;
  readonly label: Expression | null;
  readonly datasetLabel: Expression | null;
  readonly rawLabel: string;
  readonly soft: SoftLabel | null;
  readonly votes: Votes | null;
  readonly box: Box | null;
  readonly datasetSoft: SoftLabel | null;
  readonly datasetBox: Box | null;
  readonly attributes: Attributes | null;
  readonly reviewed: boolean;
  readonly flagged: boolean;
  readonly note: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly contentHash: string;
  readonly perceptualHash: string;
  /** Who set the label and when; null where it is the dataset's own. */
  readonly annotator: string | null;
  readonly at: string | null;
}

/** The log read backwards. `point` is the last line that counts; null: all of them. */
export interface LabelHistory {
  /** In the order of ids; unknown ids are left out. */
  images(ids: readonly number[], point: number | null): ImageAsOf[];
  /** The lines about each image, the oldest first; images without any are left out. */
  lines(ids: readonly number[], point: number | null): Map<number, LogLine[]>;
  /** Usable images with their labels at a point, for training. */
  files(dataset: number, split: string, point: number): ImageFile[];
}

/** Suites with the runs that they have. */
export interface SuiteTable {
  /** The newest first. */
  list(): Suite[];
  insert(suite: Omit<Suite, 'id' | 'runs' | 'createdAt'>): number;
  addRun(suite: number, entry: Suite['runs'][number]): void;
  /** Its runs stay. */
  remove(suite: number): void;
}

/** What trials found. */
export interface TrialTable {
  /** The newest first, at most 50. */
  list(): Trial[];
  insert(trial: Omit<Trial, 'id' | 'createdAt'>): number;
}

/** Named points in the log of a dataset. */
export interface VersionTable {
  list(dataset: number): Version[];
  get(version: number): Version | null;
  /** Last line of the log that belongs to a version. */
  point(version: number): number;
  /** Last line that the log of a dataset has; 0 for none. */
  lastLine(dataset: number): number;
  /** Throws FailureError 'conflict' for a name that is taken. */
  insert(version: Omit<Version, 'id' | 'changedSince'> & { readonly point: number }): number;
  remove(version: number): void;
  /** Null: as it is now. */
  difference(dataset: number, before: number | null, after: number | null): VersionDifference;
}

/** Columns of a run that change while it lives. */
export type RunPatch = Partial<
  Pick<
    Run,
    | 'name'
    | 'status'
    | 'device'
    | 'epoch'
    | 'best'
    | 'checkpointHash'
    | 'processSeconds'
    | 'error'
    | 'notes'
    | 'startedAt'
    | 'endedAt'
  >
> & {
  /** Absolute path. */
  readonly checkpoint?: string;
  readonly stepsPerEpoch?: number;
};

export interface RunTable {
  list(): Run[];
  get(run: number): Run | null;
  insert(
    run: Pick<
      Run,
      | 'name'
      | 'kind'
      | 'status'
      | 'dataset'
      | 'size'
      | 'classes'
      | 'vich'
      | 'layerEmbedding'
      | 'trainSplit'
      | 'valSplit'
      | 'settings'
      | 'device'
      | 'epochs'
    > & { readonly version?: Pick<Version, 'id'> | null },
  ): number;
  update(run: number, patch: RunPatch): void;
  remove(run: number): void;
  /** Absolute path of the checkpoint, or null while there is none. */
  checkpoint(run: number): string | null;
  appendSteps(run: number, first: number, loss: Float32Array): void;
  /** What a run learns from, in the order of its training list: ids, and labels as indices into its classes. */
  setTrainingImages(run: number, images: Int32Array, labels: Uint8Array): void;
  /** Stores or replaces an epoch; an imported history has no dynamics. */
  addEpoch(run: number, metrics: EpochMetrics, dynamics?: EpochDynamics): void;
  /** Null for a run whose training list was not stored: an imported one, or one of an older version. */
  dynamics(run: number): TrainingDynamics | null;
  metrics(run: number): RunMetrics;
  /** Stores or replaces predictions, and derives loss (on the current label), sigma, margin, entropy, predicted class. */
  putPredictions(run: number, rows: readonly NewPrediction[]): void;
  /** Those that are not stale: of the pixels that are looked at now. */
  predictions(run: number, dataset: number, split: string | null): StoredPrediction[];
  /** Usable images whose prediction is of other pixels: the face was marked anew since, or the file is another one. */
  stale(run: number, dataset: number, split: string | null): number[];
  /**
   * Images that both runs have predicted; `unpaired` counts those that one of them only has, `stale` those whose prediction by one
   * of them is stale.
   */
  paired(
    baseline: number,
    run: number,
    dataset: number,
    split: string | null,
  ): { predictions: PairedPrediction[]; unpaired: number; stale: number };
  /** Last line of the log of annotations that a training knew; null for an imported model. */
  labelPosition(run: number): number | null;
  /** Those of these images that have any which is not stale, in the order of ids. */
  predictionsOf(run: number, ids: readonly number[]): StoredPrediction[];
  /** Queued and running runs become interrupted, and are remembered as left; for opening a project. */
  interrupt(): void;
  /** Runs that were at work or waited when the project was left and are interrupted since, in the order in which they would go on. */
  left(): number[];
  /** They are offered no longer; they stay interrupted. */
  forgetLeft(): void;
}

export interface JobTable {
  list(): Job[];
  get(job: number): Job | null;
  insert(job: Omit<Job, 'id'>): number;
  update(job: Job): void;
  /** Queued and running jobs become interrupted; for opening a project. */
  interrupt(): void;
}

/**
 * One open project's database: the only writer. Every method is synchronous and short, or works in batches; a full disk throws
 * FailureError 'disk-full' and leaves the database as it was.
 */
export interface Store {
  readonly folder: string;
  readonly datasets: DatasetTable;
  readonly imports: ImportTable;
  readonly images: ImageTable;
  readonly labels: LabelLog;
  readonly history: LabelHistory;
  readonly audit: AuditTable;
  readonly versions: VersionTable;
  readonly slices: SavedSliceTable;
  readonly opinions: OpinionTable;
  readonly runs: RunTable;
  readonly suites: SuiteTable;
  readonly trials: TrialTable;
  readonly heldOut: HeldOutTable;
  readonly rounds: RoundTable;
  readonly jobs: JobTable;
  getMeta(key: string): string | null;
  setMeta(key: string, value: string): void;
  close(): void;
}
