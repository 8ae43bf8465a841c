import type { Box } from '../../../src-shared/domain/box.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import type { Device, DeviceChoice, EpochMetrics, ModelSize, TrainSettings } from '../../../src-shared/domain/run.ts';

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
}

export interface TrainingPlan {
  readonly settings: TrainSettings;
  readonly classes: readonly Expression[];
  readonly train: readonly TrainingImage[];
  readonly val: readonly TrainingImage[];
  readonly device: DeviceChoice;
  /** Folder for checkpoints: `best.safetensors` and `last.safetensors`. */
  readonly folder: string;
}

/** What training tells as it goes. */
export type TrainingEvent =
  | { readonly kind: 'started'; readonly device: string; readonly stepsPerEpoch: number; readonly totalSteps: number }
  | { readonly kind: 'steps'; readonly first: number; readonly loss: Float32Array; readonly processSeconds: number }
  | {
      readonly kind: 'epoch';
      readonly metrics: EpochMetrics;
      /** This epoch is the best so far; its weights then stand in `best.safetensors`. */
      readonly best: boolean;
      /** SHA-256 of `best.safetensors`, hex. */
      readonly bestHash: string;
    };

export interface TrainingOutcome {
  readonly epochs: number;
  readonly best: { readonly metric: 'accuracy'; readonly value: number; readonly epoch: number };
  /** Absolute path of the best checkpoint, and its SHA-256. */
  readonly checkpoint: string;
  readonly hash: string;
  readonly processSeconds: number;
}

/**
 * The engine, in a process of its own: a crash or an out-of-memory there reaches the caller as FailureError 'engine', and the
 * next call starts a new process. Calls queue: one at a time.
 */
export interface Engine {
  devices(): Promise<Device[]>;
  inspect(checkpoint: string): Promise<CheckpointInfo>;
  /** Batches arrive in order; `onBatch` is awaited, so that a slow database holds the engine back, not memory. */
  predict(
    request: { checkpoint: string; files: readonly FileToPredict[]; device: DeviceChoice },
    onBatch: (batch: PredictedBatch) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  explain(request: {
    checkpoint: string;
    file: string;
    box?: Box | null;
    device: DeviceChoice;
  }): Promise<ExplainedImage>;
  train(plan: TrainingPlan, onEvent: (event: TrainingEvent) => void, signal: AbortSignal): Promise<TrainingOutcome>;
  /** Writes freshly initialised weights as safetensors. */
  initialise(request: {
    size: ModelSize;
    classes: readonly Expression[];
    vich: boolean;
    layerEmbedding: boolean;
    seed: number;
    out: string;
  }): Promise<CheckpointInfo>;
  close(): Promise<void>;
}
