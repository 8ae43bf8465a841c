import { z } from 'zod';
import { CamMethod } from './cam.ts';
import { DeviceChoice } from './device.ts';
import { Failure } from './failure.ts';
import { Expression } from './expression.ts';

export const ModelSize = z.enum(['paper', 'tiny']);
export type ModelSize = z.infer<typeof ModelSize>;

/** Augmentation of a training image; each named as in torchvision. */
export const Augmentation = z.object({
  horizontalFlip: z.boolean(),
  /** ColorJitter strength for brightness, contrast, saturation. */
  colorJitter: z.number().min(0).max(1),
  /** Degrees, uniform in ±rotation. */
  rotation: z.number().min(0).max(180),
  /** Pixels of padding before a random 224 crop; 0 = none. */
  cropPadding: z.number().int().min(0).max(112),
  /** Probability of RandomErasing. */
  randomErasing: z.number().min(0).max(1),
});
export type Augmentation = z.infer<typeof Augmentation>;

/** Versions of an image of the project that a training with these settings could see. */
export const AugmentRequest = z.object({
  image: z.number().int(),
  augmentation: Augmentation,
  seed: z.number().int().min(0),
  count: z.number().int().min(1).max(16).default(8),
});
export type AugmentRequest = z.infer<typeof AugmentRequest>;

export const AugmentedVersions = z.object({
  side: z.number().int(),
  /** count x side x side x 4: red, green, blue, opaque. */
  rgba: z.instanceof(Uint8Array),
});
export type AugmentedVersions = z.infer<typeof AugmentedVersions>;

export const OptimizerName = z.enum(['adamw', 'sgd']);
export type OptimizerName = z.infer<typeof OptimizerName>;

export const ScheduleName = z.enum(['exponential', 'cosine']);
export type ScheduleName = z.infer<typeof ScheduleName>;

/**
 * Which images an epoch sees: `shuffled`, each once; `balanced`, so many of each class, with replacement where it has fewer;
 * `certainty`, drawn with replacement, an image the likelier the more of its annotators agree on its label.
 */
export const SamplerName = z.enum(['shuffled', 'balanced', 'certainty']);
export type SamplerName = z.infer<typeof SamplerName>;

/** What an epoch is judged by on the validation split: accuracy, mean recall of the classes (UAR), or their mean F1. */
export const BestMetric = z.enum(['accuracy', 'balancedAccuracy', 'macroF1']);
export type BestMetric = z.infer<typeof BestMetric>;

/** The epoch whose checkpoint is kept as `best`: what chose it, and its accuracy on the validation split. */
export const BestEpoch = z.object({ metric: BestMetric, value: z.number(), epoch: z.number().int() });
export type BestEpoch = z.infer<typeof BestEpoch>;

const CHOSEN_BY: Readonly<Record<BestMetric, string>> = {
  accuracy: '',
  balancedAccuracy: ', chosen by balanced accuracy',
  macroF1: ', chosen by macro F1',
};

/** "at epoch 12, chosen by macro F1"; accuracy, which chooses by default, goes without saying. */
export function bestEpochText({ epoch, metric }: BestEpoch): string {
  return `at epoch ${epoch}${CHOSEN_BY[metric]}`;
}

/** Everything that decides a training run. Two runs with the same settings, data and device give the same numbers on `cpu`. */
export const TrainSettings = z.object({
  preset: z.string(),
  size: ModelSize,
  vich: z.boolean(),
  layerEmbedding: z.boolean(),
  frozenBackboneBatchNorm: z.enum(['batch', 'eval']),
  /** Reading of the KL term: see docs, "paper" or "official". */
  vichKl: z.enum(['paper', 'official']),
  lambda: z.number().min(0),
  epochs: z.number().int().min(1).max(10_000),
  batch: z.number().int().min(1).max(1_024),
  learningRate: z.number().positive(),
  weightDecay: z.number().min(0),
  /** Learning rate is multiplied by this each epoch. */
  gamma: z.number().positive().max(1),
  labelSmoothing: z.number().min(0).max(0.5),
  augmentation: Augmentation,
  seed: z.number().int().min(0),
  // Settings below came later: runs stored before have none of them.
  optimizer: OptimizerName.default('adamw'),
  /** Of SGD. */
  momentum: z.number().min(0).lt(1).default(0.9),
  /** Radius of sharpness-aware minimisation around the optimizer; 0 = off. */
  samRho: z.number().min(0).default(0),
  /** Longest gradient, by its global L2 norm; 0 = off. */
  clipNorm: z.number().min(0).default(0),
  /** Parts that a batch passes the network in: less memory, the same batch. Batch norms see a part at a time. */
  accumulate: z.number().int().min(1).max(1_024).default(1),
  /** `balanced`: a class counts the more in the cross-entropy the rarer it is, images / (classes * images of the class). */
  classWeights: z.enum(['none', 'balanced']).default('none'),
  /** What an image is trained towards: `hard`, its label alone; `soft`, the dataset's target where it has one. */
  targets: z.enum(['hard', 'soft']).default('hard'),
  /** `head`: the head alone, on what the network before it makes of each image, which is computed once. */
  parts: z.enum(['all', 'head']).default('all'),
  /** Parameters that stay as they are: official names, with `*` for any characters; a module's name means all of it. */
  freeze: z.array(z.string().trim().min(1).max(200)).max(50).default([]),
  /** Factors of the learning rate of both backbones (`ir_back`, `face_landback`), and of the head (`VIT.head`). */
  backboneRate: z.number().min(0).max(1_000).default(1),
  headRate: z.number().min(0).max(1_000).default(1),
  /** `exponential`: times gamma an epoch; `cosine`: down to 0 with the last step. */
  schedule: ScheduleName.default('exponential'),
  /** Epochs, also a part of one, over which the learning rate rises from near 0. */
  warmup: z.number().min(0).max(1_000).default(0),
  /** An averaged copy of the weights keeps this share of itself each step, and is what is measured and saved; 0 = no copy. */
  emaDecay: z.number().min(0).lt(1).default(0),
  /** What makes an epoch better than those before it. */
  bestBy: BestMetric.default('accuracy'),
  /** Ends after so many epochs without a better one; 0 = never. */
  earlyStopping: z.number().int().min(0).max(10_000).default(0),
  sampler: SamplerName.default('shuffled'),
  /** Images of each class an epoch, of the balanced sampler. */
  perClass: z.number().int().min(1).max(1_000_000).default(5_000),
  /** Minutes of work that an interruption may cost within an epoch; 0 saves after each step. */
  checkpointMinutes: z.number().min(0).max(10).default(5),
});
export type TrainSettings = z.infer<typeof TrainSettings>;

export const TrainRequest = z.object({
  dataset: z.number().int(),
  /** Labels as they stood in this version; absent: as they are now. */
  version: z.number().int().nullable().optional(),
  name: z.string().max(120).optional(),
  trainSplit: z.string(),
  valSplit: z.string(),
  device: DeviceChoice,
  settings: TrainSettings,
  /** Files whose tensors the weights start from, by name and shape: checkpoints, ir50.pth, mobilefacenet_model_best.pth.tar. */
  initialWeights: z.array(z.string().min(1)).max(8).optional(),
  /** Trains although pictures stand in both splits; the run's log says so. */
  allowLeak: z.boolean().optional(),
  /** A model of the project that they start from, before those files. */
  initialRun: z.number().int().optional(),
});
export type TrainRequest = z.infer<typeof TrainRequest>;

export const Preset = z.object({
  name: z.string(),
  title: z.string(),
  /** Where the values come from. */
  source: z.string(),
  /** The same of single settings, by their names; those of `augmentation` under theirs. */
  sources: z.record(z.string(), z.string()).default({}),
  settings: TrainSettings,
  /** Saved by the person who works here. */
  own: z.boolean().default(false),
});
export type Preset = z.infer<typeof Preset>;

export const PresetList = z.object({
  presets: z.array(Preset),
  /** Files among one's own presets that cannot be read as one, and why. */
  broken: z.array(z.object({ file: z.string(), reason: z.string() })),
});
export type PresetList = z.infer<typeof PresetList>;

export const SavePreset = z.object({ title: z.string().trim().min(1).max(80), settings: TrainSettings });
export type SavePreset = z.infer<typeof SavePreset>;

/** `interrupted`: its process or the application ended while it ran. That and `paused` and `cancelled` can be resumed. */
export const RunStatus = z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled', 'interrupted']);
export type RunStatus = z.infer<typeof RunStatus>;

/** A trained or imported model with what it predicted. */
export const Run = z.object({
  id: z.number().int(),
  name: z.string(),
  kind: z.enum(['trained', 'imported']),
  status: RunStatus,
  dataset: z.number().int().nullable(),
  datasetName: z.string().nullable(),
  /** The version of the labels that it was trained on; absent: as they were when it began. `id` is null when the version has gone. */
  version: z
    .object({ id: z.number().int().nullable(), name: z.string(), contentHash: z.string() })
    .nullable()
    .optional(),
  size: ModelSize,
  classes: z.array(Expression),
  vich: z.boolean(),
  layerEmbedding: z.boolean(),
  trainSplit: z.string().nullable(),
  valSplit: z.string().nullable(),
  /** Null for an imported checkpoint. */
  settings: TrainSettings.nullable(),
  device: z.string(),
  epoch: z.number().int(),
  epochs: z.number().int(),
  best: BestEpoch.nullable(),
  /** SHA-256 of the checkpoint file, once there is one. */
  checkpointHash: z.string().nullable(),
  /** Seconds of work, queueing excluded. */
  processSeconds: z.number(),
  /** Images with a stored prediction. */
  predictions: z.number().int(),
  error: Failure.nullable(),
  /** What happened on the way: pauses, waits, a batch that had to be split. */
  notes: z.array(z.object({ at: z.string(), text: z.string(), /** Process time. */ seconds: z.number().optional() })),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});
export type Run = z.infer<typeof Run>;

/** Whether its training can go on where it stood. */
export function isResumable({ kind, status }: Pick<Run, 'kind' | 'status'>): boolean {
  return kind === 'trained' && ['paused', 'interrupted', 'cancelled', 'failed'].includes(status);
}

export const EpochMetrics = z.object({
  epoch: z.number().int(),
  learningRate: z.number(),
  trainLoss: z.number(),
  trainAccuracy: z.number(),
  valLoss: z.number().nullable(),
  valAccuracy: z.number().nullable(),
  /** Mean recall and mean F1 of the classes on the validation split; null where an older version did not measure them. */
  valBalancedAccuracy: z.number().nullable().default(null),
  valMacroF1: z.number().nullable().default(null),
  /** Mean sigma of the predicted class on the validation split; null without VICH. */
  meanSigma: z.number().nullable(),
  /** Of the epoch's process time, what its steps waited for their images; null where an older version did not measure it. */
  waitSeconds: z.number().nullable().default(null),
  processSeconds: z.number(),
});
export type EpochMetrics = z.infer<typeof EpochMetrics>;

export const RunMetrics = z.object({
  /** Optimizer steps, from 1, and the loss of each. */
  steps: z.instanceof(Int32Array),
  loss: z.instanceof(Float32Array),
  stepsPerEpoch: z.number().int(),
  epochs: z.array(EpochMetrics),
});
export type RunMetrics = z.infer<typeof RunMetrics>;

/** Class-activation maps of one image, for all classes, from one run of the explainer. */
export const Explanation = z.object({
  run: z.number().int(),
  image: z.number().int(),
  method: CamMethod,
  classes: z.array(Expression),
  mu: z.instanceof(Float32Array),
  logvar: z.instanceof(Float32Array).nullable(),
  /** classes × height × width, each class's map min-max scaled to 0..1. */
  cams: z.instanceof(Float32Array),
  height: z.number().int(),
  width: z.number().int(),
  /** 68 points x,y in 0..1 of the image; null for a model whose landmark branch was not trained on landmarks. */
  landmarks: z.instanceof(Float32Array).nullable(),
});
export type Explanation = z.infer<typeof Explanation>;
