import type { Box } from '../../../src-shared/domain/box.ts';
import type { CamMethod } from '../../../src-shared/domain/cam.ts';
import type { EpochDynamics } from '../../../src-shared/domain/dynamics.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import type { AutoChoice, Device, DeviceChoice, DeviceId } from '../../../src-shared/domain/device.ts';
import type { Examination, ModelExport, ModelFormat, ModelPrecision } from '../../../src-shared/domain/model.ts';
import type {
  Augmentation,
  AugmentedVersions,
  BestEpoch,
  EpochMetrics,
  ModelSize,
  TrainSettings,
} from '../../../src-shared/domain/run.ts';

/** What a checkpoint says of itself (safetensors metadata). */
export interface CheckpointInfo {
  readonly size: ModelSize;
  /** Class order of mu and logvar. */
  readonly classes: readonly Expression[];
  readonly vich: boolean;
  readonly layerEmbedding: boolean;
  readonly parameters: number;
  readonly tensors: number;
  /** SHA-256 of the file, hex. */
  readonly hash: string;
}

/** An image that an exported file is run on. */
export interface ImageToCompare {
  readonly file: string;
  readonly box?: Box | null;
}

export interface ExportRequest {
  readonly checkpoint: string;
  readonly format: ModelFormat;
  readonly precision: ModelPrecision;
  readonly out: string;
  /** Validation images; where there are none, generated ones take their place. */
  readonly images: readonly ImageToCompare[];
  /** The same with their labels (indices into classes), for accuracy in fewer bits. */
  readonly labelled: readonly (ImageToCompare & { readonly label: number })[];
  /** What goes into the file's metadata beside the model's own: dataset, version, preset, run. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface FileToPredict {
  readonly id: number;
  readonly file: string;
  /** The face in the picture; null or left out for the whole of it. */
  readonly box?: Box | null;
}

/** mu and logvar of a batch, row-major [ids.length, classes]; `failed` are files that could not be read. */
export interface PredictedBatch {
  readonly ids: readonly number[];
  readonly mu: Float32Array;
  readonly logvar: Float32Array | null;
  readonly failed: readonly { readonly id: number; readonly reason: string }[];
}

/** What the head reads of a batch: [ids.length, width], row-major. */
export interface FeatureBatch {
  readonly ids: readonly number[];
  readonly features: Float32Array;
  readonly failed: PredictedBatch['failed'];
}

export interface ExplainedImage {
  readonly mu: Float32Array;
  readonly logvar: Float32Array | null;
  /** classes × height × width, ReLU maps before scaling. */
  readonly cams: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly landmarks: Float32Array | null;
}

export interface TrainingImage {
  readonly id: number;
  readonly file: string;
  readonly box?: Box | null;
  /** Index into classes. */
  readonly label: number;
  /** Soft label, one number a class, which need not sum to 1; without one the label counts alone. */
  readonly target?: readonly number[];
  /** Share of the annotators that agree on the label, 0 to 1; absent where nobody else was asked. */
  readonly certainty?: number;
}

export interface TrainingPlan {
  readonly settings: TrainSettings;
  readonly classes: readonly Expression[];
  readonly train: readonly TrainingImage[];
  readonly val: readonly TrainingImage[];
  readonly device: DeviceChoice;
  /** Files whose tensors fresh weights start from, by name and shape; later ones win. */
  readonly initialWeights?: readonly string[];
  /** Folder for checkpoints: `best.safetensors`, `last.safetensors` and resume points. */
  readonly folder: string;
  /** Folders that the images lie in: while one is gone, training waits for it. */
  readonly roots: readonly string[];
  /** Goes on from the newest resume point in the folder; begins anew where there is none. */
  readonly resume: boolean;
}

/** What training tells as it goes. */
export type TrainingEvent =
  | {
      readonly kind: 'started';
      readonly device: string;
      readonly stepsPerEpoch: number;
      readonly totalSteps: number;
      /** Steps done before, in a training that is resumed. */
      readonly done: number;
    }
  | { readonly kind: 'steps'; readonly first: number; readonly loss: Float32Array; readonly processSeconds: number }
  | {
      readonly kind: 'epoch';
      readonly metrics: EpochMetrics;
      /** This epoch is the best so far; its weights then stand in `best.safetensors`. */
      readonly best: boolean;
      /** SHA-256 of `best.safetensors`, hex; null where it is written at the end. */
      readonly bestHash: string | null;
      /** In the order of the plan's `train`; null where the head alone learns. */
      readonly dynamics: EpochDynamics | null;
    }
  /** A resume point stands on the disk. */
  | { readonly kind: 'saved'; readonly step: number; readonly processSeconds: number }
  /** Stopped before the first epoch's end: the model as it is, in a checkpoint of its own. */
  | { readonly kind: 'kept'; readonly checkpoint: string; readonly hash: string }
  /** It waits for something outside, told in a sentence; null: it goes on. */
  | { readonly kind: 'waiting'; readonly reason: string | null }
  /** Something worth a line in the run's log. */
  | { readonly kind: 'note'; readonly text: string };

export interface TrainingOutcome {
  readonly epochs: number;
  readonly best: BestEpoch;
  /** Absolute path of the best checkpoint, and its SHA-256. */
  readonly checkpoint: string;
  readonly hash: string;
  readonly processSeconds: number;
}

/** Rows that a head trains on, and rows that it then judges. */
export interface HeadRound {
  readonly train: Uint32Array;
  readonly judge: Uint32Array;
}

/** Training of the head alone, on features that were computed once. */
export interface HeadPlan {
  /** Whose features these are. */
  readonly checkpoint: string;
  /** `auto` is the processor: nothing else is faster for a head alone. */
  readonly device: DeviceChoice;
  /** [n, width] */
  readonly features: Float32Array;
  /** [n, classes] one-hot or soft labels. */
  readonly targets: Float32Array;
  readonly classes: readonly Expression[];
  readonly settings: Pick<
    TrainSettings,
    | 'vich'
    | 'epochs'
    | 'batch'
    | 'learningRate'
    | 'gamma'
    | 'weightDecay'
    | 'lambda'
    | 'vichKl'
    | 'labelSmoothing'
    | 'seed'
    | 'optimizer'
    | 'momentum'
    | 'clipNorm'
    | 'classWeights'
    | 'targets'
  > &
    Partial<Pick<TrainSettings, 'schedule' | 'warmup' | 'sampler' | 'perClass' | 'earlyStopping' | 'bestBy'>>;
  /** [n] index into classes and certainty of each label, for samplers; by default the largest target, and 1. */
  readonly labels?: Int32Array;
  readonly certainty?: Float32Array;
  /** Rows that are judged after each epoch: the head of the best epoch (`bestBy`) is the one that remains. */
  readonly follow?: Uint32Array;
  /** Where each round starts: at the checkpoint's own head, or at a new one drawn from the seed. */
  readonly start: 'checkpoint' | 'fresh';
  /** One round for a run; `crossValidation` makes those of folds. Each starts anew. */
  readonly rounds: readonly HeadRound[];
  /** Where the checkpoint with the head of the last round is written; null for nowhere. */
  readonly out: string | null;
}

export interface HeadProgress {
  readonly round: number;
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch's images. */
  readonly loss: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** Where rows are followed: what the head of this epoch makes of them, and of the images it trains on. */
  readonly followed:
    | (Pick<EpochMetrics, 'trainAccuracy' | 'meanSigma' | 'valBalancedAccuracy' | 'valMacroF1'> & {
        readonly valLoss: number;
        readonly valAccuracy: number;
        readonly best: boolean;
      })
    | null;
}

export interface HeadOutcome {
  /** [n, classes], and logvar likewise with VICH; NaN for rows that no round judged. */
  readonly mu: Float32Array;
  readonly logvar: Float32Array | null;
  readonly written: CheckpointInfo | null;
}

/** A model whose speed is measured: one that was trained, or the network with fresh weights. */
export type BenchmarkedModel =
  { readonly checkpoint: string } | { readonly size: ModelSize; readonly classes: number; readonly vich: boolean };

export interface BenchmarkMeasurement {
  readonly size: ModelSize;
  readonly classes: number;
  readonly vich: boolean;
  /** As PyTorch counts them. */
  readonly parameters: number;
  /** For one image. */
  readonly multiplyAdds: number;
  /** Of each forward pass that counts. */
  readonly seconds: Float64Array;
  readonly openSeconds: number;
  /** Of the process that computed. */
  readonly peakBytes: number;
}

/**
 * The engine, in a process of its own: a crash or an out-of-memory there reaches the caller as FailureError 'engine', and the
 * next call starts a new process. Calls queue: one at a time.
 */
export interface Engine {
  /** @param refresh looks and tries again: something was installed or removed. */
  devices(options?: { refresh?: boolean }): Promise<Device[]>;
  /** What `auto` takes for inference and for training; `missing` measures what is not known, `again` everything. */
  auto(measure: 'no' | 'missing' | 'again'): Promise<AutoChoice[]>;
  /**
   * Times forward passes, in a process for that alone: its memory is then the model's. An abort ends the process.
   * @param onPass passes done, those to warm up included, some times a second.
   */
  benchmark(
    request: {
      readonly device: DeviceId;
      readonly model: BenchmarkedModel;
      readonly batch: number;
      readonly warmUp: number;
      readonly repeats: number;
    },
    onPass: (done: number) => void,
    signal: AbortSignal,
  ): Promise<BenchmarkMeasurement>;
  inspect(checkpoint: string): Promise<CheckpointInfo>;
  /** Batches arrive in order; `onBatch` is awaited, so that a slow database holds the engine back, not memory. */
  predict(
    request: { checkpoint: string; files: readonly FileToPredict[]; device: DeviceChoice },
    onBatch: (batch: PredictedBatch) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** The features of files, in batches and order as `predict`; they are the same whatever the head. */
  features(
    request: { checkpoint: string; files: readonly FileToPredict[]; device: DeviceChoice },
    onBatch: (batch: FeatureBatch) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Trains heads on features: on the processor, a second or less for an epoch of ten thousand.
   * @throws FailureError 'invalid' where the plan does not fit its checkpoint or its own shapes.
   */
  trainHead(
    plan: HeadPlan,
    onEpoch: (progress: HeadProgress) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<HeadOutcome>;
  /** @throws FailureError 'invalid' for the method 'logvar' of a model without VICH. */
  explain(request: {
    checkpoint: string;
    file: string;
    box?: Box | null;
    device: DeviceChoice;
    /** Grad-CAM where it is left out. */
    method?: CamMethod;
  }): Promise<ExplainedImage>;
  /** Events arrive in order, each when the one before has been dealt with. */
  train(
    plan: TrainingPlan,
    onEvent: (event: TrainingEvent) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<TrainingOutcome>;
  /** What augmentation makes of a picture, by the code that trains; the seed repeats its draws. */
  augmented(request: {
    file: string;
    box?: Box | null;
    augmentation: Augmentation;
    seed: number;
    count: number;
  }): Promise<AugmentedVersions>;
  /** Steps whose learning rate rises by equal factors, until the loss has grown far beyond its lowest. */
  rangeTest(
    request: { plan: TrainingPlan; from: number; to: number; steps: number },
    onStep: (step: { step: number; rate: number; loss: number }) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** A few steps of the plan's batch; null images a second where it does not fit into memory. */
  measureBatch(plan: TrainingPlan, signal: AbortSignal): Promise<{ imagesPerSecond: number | null; memory: number }>;
  /** A file of any origin, read safely and held against the official parameter table. */
  examine(request: { file: string; vich?: boolean }): Promise<Examination>;
  /** Writes a foreign network as one of ours, under the class order that is given. */
  adopt(request: {
    file: string;
    classes: readonly Expression[];
    vich?: boolean;
    out: string;
  }): Promise<CheckpointInfo>;
  /** Writes a checkpoint for other programs and compares what the file gives. */
  exportModel(request: ExportRequest): Promise<ModelExport>;
  /** Writes freshly initialised weights as safetensors; `from`: files whose tensors they start from. */
  initialise(request: {
    from?: readonly string[];
    size: ModelSize;
    classes: readonly Expression[];
    vich: boolean;
    layerEmbedding: boolean;
    seed: number;
    out: string;
  }): Promise<CheckpointInfo>;
  close(): Promise<void>;
}
