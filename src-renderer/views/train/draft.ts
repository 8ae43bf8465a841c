/** The training form as a person has filled it in: text until it is read, so that half-typed numbers are not lost. */
import type { DeviceChoice } from '../../../src-shared/domain/device.ts';
import type { Examination } from '../../../src-shared/domain/model.ts';
import type {
  Augmentation,
  ModelSize,
  Preset,
  Run,
  TrainRequest,
  TrainSettings,
} from '../../../src-shared/domain/run.ts';
import { baseName } from '../../text/format.ts';

/** A number of the form: where it lives in the settings, what it may be, how it is called. */
interface NumberField {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** The smallest value itself is not allowed. */
  readonly above?: boolean;
  readonly whole?: boolean;
  readonly read: (settings: TrainSettings) => number;
  readonly write: (settings: TrainSettings, value: number) => TrainSettings;
}

const INFINITE = Number.POSITIVE_INFINITY;

function setting(
  key:
    | 'epochs'
    | 'batch'
    | 'seed'
    | 'learningRate'
    | 'gamma'
    | 'weightDecay'
    | 'lambda'
    | 'labelSmoothing'
    | 'momentum'
    | 'samRho'
    | 'clipNorm'
    | 'accumulate'
    | 'checkpointMinutes'
    | 'backboneRate'
    | 'headRate'
    | 'warmup'
    | 'emaDecay'
    | 'earlyStopping'
    | 'perClass',
): Pick<NumberField, 'read' | 'write'> {
  return { read: (settings) => settings[key], write: (settings, value) => ({ ...settings, [key]: value }) };
}

function augmentation(key: Exclude<keyof Augmentation, 'horizontalFlip'>): Pick<NumberField, 'read' | 'write'> {
  return {
    read: (settings) => settings.augmentation[key],
    write: (settings, value) => ({ ...settings, augmentation: { ...settings.augmentation, [key]: value } }),
  };
}

/** The ranges are those of the contract's `TrainSettings`; here they carry a name and a sentence. */
export const NUMBER_FIELDS = {
  epochs: { label: 'Epochs', min: 1, max: 10_000, whole: true, ...setting('epochs') },
  batch: { label: 'Batch', min: 1, max: 1_024, whole: true, ...setting('batch') },
  seed: { label: 'Seed', min: 0, max: Number.MAX_SAFE_INTEGER, whole: true, ...setting('seed') },
  learningRate: { label: 'Learning rate', min: 0, max: INFINITE, above: true, ...setting('learningRate') },
  gamma: { label: 'Decay an epoch', min: 0, max: 1, above: true, ...setting('gamma') },
  weightDecay: { label: 'Weight decay', min: 0, max: INFINITE, ...setting('weightDecay') },
  lambda: { label: 'KL weight \u03bb', min: 0, max: INFINITE, ...setting('lambda') },
  labelSmoothing: { label: 'Label smoothing', min: 0, max: 0.5, ...setting('labelSmoothing') },
  momentum: { label: 'Momentum (SGD)', min: 0, max: 0.999, ...setting('momentum') },
  samRho: { label: 'SAM radius, 0 = off', min: 0, max: INFINITE, ...setting('samRho') },
  clipNorm: { label: 'Clip norm, 0 = off', min: 0, max: INFINITE, ...setting('clipNorm') },
  accumulate: { label: 'Parts a batch', min: 1, max: 1_024, whole: true, ...setting('accumulate') },
  checkpointMinutes: { label: 'Save every, min', min: 0, max: 10, ...setting('checkpointMinutes') },
  backboneRate: { label: 'Backbones’ rate, ×', min: 0, max: 1_000, ...setting('backboneRate') },
  headRate: { label: 'Head’s rate, ×', min: 0, max: 1_000, ...setting('headRate') },
  warmup: { label: 'Warm-up, epochs', min: 0, max: 1_000, ...setting('warmup') },
  emaDecay: { label: 'EMA decay, 0 = off', min: 0, max: 0.99999, ...setting('emaDecay') },
  earlyStopping: { label: 'Stop after, 0 = off', min: 0, max: 10_000, whole: true, ...setting('earlyStopping') },
  perClass: { label: 'Images a class', min: 1, max: 1_000_000, whole: true, ...setting('perClass') },
  colorJitter: { label: 'Colour jitter', min: 0, max: 1, ...augmentation('colorJitter') },
  rotation: { label: 'Rotation, \u00b1\u00b0', min: 0, max: 180, ...augmentation('rotation') },
  cropPadding: { label: 'Crop padding, px', min: 0, max: 112, whole: true, ...augmentation('cropPadding') },
  randomErasing: { label: 'Random erasing', min: 0, max: 1, ...augmentation('randomErasing') },
} as const satisfies Readonly<Record<string, NumberField>>;

export type NumberKey = keyof typeof NUMBER_FIELDS;
export const NUMBER_KEYS = Object.keys(NUMBER_FIELDS) as NumberKey[];

/** Settings that are chosen, not typed. */
export const CHOICE_KEYS = [
  'size',
  'vich',
  'layerEmbedding',
  'frozenBackboneBatchNorm',
  'vichKl',
  'optimizer',
  'classWeights',
  'targets',
  'parts',
  'schedule',
  'sampler',
  'bestBy',
] as const;
export type ChoiceKey = (typeof CHOICE_KEYS)[number];

/** A file of initial weights after the safe read. */
export interface InitialFile extends Pick<Examination, 'path' | 'part' | 'matched' | 'tensors'> {
  readonly size: ModelSize;
}

/** What the weights start from; nothing of it: from chance. */
export interface InitialWeights {
  readonly run: Pick<Run, 'id' | 'name' | 'size'> | null;
  /** The later over the earlier. */
  readonly files: readonly InitialFile[];
}

export interface TrainDraft {
  readonly preset: string;
  readonly name: string;
  readonly dataset: number | null;
  /** Labels as they stood in this version; null: as they are when it begins. */
  readonly version: number | null;
  readonly trainSplit: string;
  readonly valSplit: string;
  readonly device: DeviceChoice;
  readonly initial: InitialWeights;
  readonly choices: Pick<TrainSettings, ChoiceKey>;
  readonly horizontalFlip: boolean;
  /** Patterns of parameters' names, apart by spaces or commas. */
  readonly freeze: string;
  readonly numbers: Readonly<Record<NumberKey, string>>;
}

/** What is wrong with a field, and a value that would be right where there is an obvious one. */
export interface Problem {
  readonly message: string;
  readonly repair?: string;
}

export type ProblemKey = NumberKey | 'dataset' | 'trainSplit' | 'valSplit' | 'name' | 'device' | 'initial' | 'freeze';
export type Problems = Readonly<Partial<Record<ProblemKey, Problem>>>;

/** A number as it is typed: 0.000035 becomes "3.5e-5". */
export function numberText(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential().replace(/\.?0+e/, 'e');
  return String(value);
}

/** The choices and numbers of a preset; what is not the preset's business stays. */
export function withPreset(draft: TrainDraft, preset: Preset): TrainDraft {
  const { settings } = preset;
  return {
    ...draft,
    preset: preset.name,
    choices: Object.fromEntries(CHOICE_KEYS.map((key) => [key, settings[key]])) as TrainDraft['choices'],
    freeze: settings.freeze.join(' '),
    horizontalFlip: settings.augmentation.horizontalFlip,
    numbers: Object.fromEntries(
      NUMBER_KEYS.map((key) => [key, numberText(NUMBER_FIELDS[key].read(settings))]),
    ) as Record<NumberKey, string>,
  };
}

/** A fresh form. */
export function newDraft(preset: Preset): TrainDraft {
  const empty: TrainDraft = {
    preset: preset.name,
    name: '',
    dataset: null,
    version: null,
    trainSplit: '',
    valSplit: '',
    device: 'auto',
    initial: { run: null, files: [] },
    choices: preset.settings,
    horizontalFlip: true,
    freeze: '',
    numbers: {} as Record<NumberKey, string>,
  };
  return withPreset(empty, preset);
}

/** Names that datasets use for their splits, likeliest first. */
const TRAIN_NAMES = ['train', 'training'];
const VAL_NAMES = ['val', 'valid', 'validation', 'test'];

/** The dataset chosen, with the splits that its names suggest. */
export function withDataset(
  draft: TrainDraft,
  dataset: { readonly id: number; readonly splits: Readonly<Record<string, number>> },
): TrainDraft {
  const names = Object.keys(dataset.splits);
  const named = (likely: readonly string[]): string | undefined =>
    likely.flatMap((name) => names.filter((split) => split.toLowerCase() === name))[0];
  const trainSplit = named(TRAIN_NAMES) ?? names[0] ?? '';
  const valSplit = named(VAL_NAMES) ?? names.find((name) => name !== trainSplit) ?? '';
  return { ...draft, dataset: dataset.id, version: null, trainSplit, valSplit };
}

function rangeSentence(field: NumberField): string {
  const kind = field.whole ? 'a whole number' : 'a number';
  const from = field.above ? `above ${field.min}` : `from ${field.min}`;
  if (!Number.isFinite(field.max) || field.max === Number.MAX_SAFE_INTEGER)
    return field.above ? `${kind} above ${field.min}` : `${kind}, ${field.min} or more`;
  return `${kind} ${from} to ${field.max.toLocaleString('en-US')}`;
}

/** Reads a typed number: the value, or what is wrong with it. */
export function readNumber(key: NumberKey, text: string): { readonly value: number } | { readonly problem: Problem } {
  const field: NumberField = NUMBER_FIELDS[key];
  const trimmed = text.trim().replace('\u2212', '-');
  const message = `Must be ${rangeSentence(field)}.`;
  // Number('') is 0 and Number('0x10') is 16: neither is what a person means here.
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return { problem: { message } };
  const value = Number(trimmed);
  const tooLow = field.above ? value <= field.min : value < field.min;
  if (!tooLow && value <= field.max && (!field.whole || Number.isInteger(value))) return { value };
  const nearest = Math.min(field.max, Math.max(field.min, field.whole ? Math.round(value) : value));
  return { problem: tooLow && field.above ? { message } : { message, repair: numberText(nearest) } };
}

export interface DraftContext {
  readonly preset: Preset;
  /** The chosen dataset's images by split; null where none is chosen. */
  readonly splits: Readonly<Record<string, number>> | null;
  /** Devices that can be used now. */
  readonly devices: readonly DeviceChoice[];
}

function choiceProblems(draft: TrainDraft, { splits, devices }: DraftContext): Problems {
  const problems: Partial<Record<ProblemKey, Problem>> = {};
  if (draft.name.length > 120) problems.name = { message: 'A name has at most 120 characters.' };
  const models = (draft.initial.run === null ? 0 : 1) + draft.initial.files.length;
  if (draft.choices.parts === 'head' && models !== 1)
    problems.initial = { message: 'Choose the one model on whose features the head learns.' };
  if (draft.device !== 'auto' && !devices.includes(draft.device))
    problems.device = { message: 'This device cannot be used here. Choose another, or Automatic.' };
  const { run, files } = draft.initial;
  const other = [
    ...(run === null ? [] : [{ name: run.name, size: run.size }]),
    ...files.map(({ path, size }) => ({ name: baseName(path), size })),
  ].find(({ size }) => size !== draft.choices.size);
  if (other !== undefined)
    problems.initial = {
      message: `“${other.name}” fits the model ${other.size === 'paper' ? 'Paper' : 'Tiny'}: choose that one, or take it out.`,
    };
  if (splits === null) return { ...problems, dataset: { message: 'Choose the dataset to learn from.' } };
  if (!((splits[draft.trainSplit] ?? 0) > 0)) problems.trainSplit = { message: 'Choose a split that has images.' };
  if (!((splits[draft.valSplit] ?? 0) > 0)) problems.valSplit = { message: 'Choose a split that has images.' };
  else if (draft.valSplit === draft.trainSplit)
    problems.valSplit = { message: 'Measure on another split than the one that is learnt.' };
  return problems;
}

/** "ir_back, embed_*" as its patterns. */
export function patternsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((pattern) => pattern !== '');
}

/** The request that the form stands for, or what keeps it from being one. */
export function readDraft(
  draft: TrainDraft,
  context: DraftContext,
): { readonly request: TrainRequest } | { readonly problems: Problems } {
  const problems: Partial<Record<ProblemKey, Problem>> = { ...choiceProblems(draft, context) };
  let settings: TrainSettings = {
    ...context.preset.settings,
    ...draft.choices,
    preset: draft.preset,
    freeze: patternsOf(draft.freeze),
    augmentation: { ...context.preset.settings.augmentation, horizontalFlip: draft.horizontalFlip },
  };
  for (const key of NUMBER_KEYS) {
    const read = readNumber(key, draft.numbers[key]);
    if ('problem' in read) problems[key] = read.problem;
    else settings = NUMBER_FIELDS[key].write(settings, read.value);
  }
  if (Object.keys(problems).length > 0 || draft.dataset === null) return { problems };
  const name = draft.name.trim();
  return {
    request: {
      dataset: draft.dataset,
      ...(draft.version === null ? {} : { version: draft.version }),
      ...(name === '' ? {} : { name }),
      trainSplit: draft.trainSplit,
      valSplit: draft.valSplit,
      device: draft.device,
      settings,
      ...(draft.initial.run === null ? {} : { initialRun: draft.initial.run.id }),
      ...(draft.initial.files.length === 0 ? {} : { initialWeights: draft.initial.files.map(({ path }) => path) }),
    },
  };
}

/** The preset's text of a number when the form says something else, for the arrow that puts it back; null when they agree. */
export function changedNumber(draft: TrainDraft, preset: Preset, key: NumberKey): string | null {
  const original = NUMBER_FIELDS[key].read(preset.settings);
  const read = readNumber(key, draft.numbers[key]);
  return 'value' in read && read.value === original ? null : numberText(original);
}

/** Whether anything that the preset sets was changed. */
export function differsFromPreset(draft: TrainDraft, preset: Preset): boolean {
  return (
    NUMBER_KEYS.some((key) => changedNumber(draft, preset, key) !== null) ||
    CHOICE_KEYS.some((key) => draft.choices[key] !== preset.settings[key]) ||
    draft.horizontalFlip !== preset.settings.augmentation.horizontalFlip ||
    patternsOf(draft.freeze).join(' ') !== preset.settings.freeze.join(' ')
  );
}
