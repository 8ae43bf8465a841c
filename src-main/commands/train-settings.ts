/** The settings of a training on the command line: a preset, and what is said to differ from it. */
import { Option, type Command } from 'commander';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import { FailureError } from '../../src-shared/domain/failure.ts';
import { DeviceChoice } from '../../src-shared/domain/device.ts';
import {
  BestMetric,
  ModelSize,
  OptimizerName,
  SamplerName,
  ScheduleName,
  TrainSettings,
  type TrainRequest,
} from '../../src-shared/domain/run.ts';
import { absolute, findDataset, findRun, findVersion } from './find.ts';
import { integer, notNegative, positive } from './options.ts';
import type { Session } from './session.ts';

/** Options that are settings bear the settings' names. */
export interface SettingOptions extends Partial<TrainSettings> {
  readonly preset: string;
}

/** What to learn from, and where. */
export interface LearnOptions extends SettingOptions {
  readonly dataset?: string;
  readonly version?: string;
  readonly device: DeviceChoice;
  readonly trainSplit: string;
  readonly valSplit?: string;
  readonly init?: readonly string[];
  readonly initRun?: number;
  readonly allowLeak?: boolean;
}

const yes = new Set(['on', 'yes', 'true']);
const no = new Set(['off', 'no', 'false']);

/** "on" or "off". */
function onOff(text: string): boolean {
  if (yes.has(text)) return true;
  if (no.has(text)) return false;
  throw new FailureError({ kind: 'invalid', message: `"${text}" is neither on nor off.`, remedy: 'Say on or off.' });
}

export function withSettings(command: Command): Command {
  return command
    .option('--preset <name>', 'settings to start from; see `preset list`', 'quick')
    .addOption(new Option('--size <size>', 'model size').choices(ModelSize.options))
    .option('--vich <on|off>', 'variational head', onOff)
    .option('--layer-embedding <on|off>', 'layer embedding', onOff)
    .option('--epochs <n>', 'times that each image is seen', integer(1, 10_000))
    .option('--batch <n>', 'images a step', integer(1, 1_024))
    .option('--learning-rate <rate>', 'learning rate that the schedule starts from', positive)
    .addOption(new Option('--schedule <name>', 'of the learning rate').choices(ScheduleName.options))
    .option('--gamma <factor>', 'of the learning rate an epoch, for the exponential schedule', positive)
    .option('--warmup <epochs>', 'epochs over which the learning rate rises', notNegative)
    .option('--weight-decay <n>', 'decoupled weight decay', notNegative)
    .option('--lambda <weight>', 'weight of the KL term', notNegative)
    .option('--label-smoothing <share>', 'share of the label given to all classes', notNegative)
    .option('--seed <n>', 'seed of weights, order and augmentation', integer(0))
    .addOption(new Option('--optimizer <name>', 'optimizer').choices(OptimizerName.options))
    .option('--momentum <share>', 'momentum of sgd', notNegative)
    .option('--sam-rho <radius>', 'radius of sharpness-aware minimisation; 0 = off', notNegative)
    .option('--clip-norm <norm>', 'longest gradient by its global norm; 0 = off', notNegative)
    .option('--accumulate <n>', 'parts that a batch passes the network in', integer(1, 1_024))
    .addOption(new Option('--class-weights <kind>', 'weights of the classes in the loss').choices(['none', 'balanced']))
    .addOption(new Option('--targets <kind>', 'labels, or the dataset’s soft targets').choices(['hard', 'soft']))
    .addOption(new Option('--sampler <name>', 'which images an epoch sees').choices(SamplerName.options))
    .option('--per-class <n>', 'images of each class an epoch, with --sampler balanced', integer(1, 1_000_000))
    .addOption(
      new Option('--parts <parts>', 'what learns: all, or the head alone on features').choices(['all', 'head']),
    )
    .option('--freeze <patterns...>', 'parameters that stay as they are, e.g. ir_back "VIT.blocks.*"')
    .option('--backbone-rate <factor>', 'of the learning rate, for ir_back and face_landback', notNegative)
    .option('--head-rate <factor>', 'of the learning rate, for VIT.head', notNegative)
    .option('--ema-decay <share>', 'averaged copy of the weights: what a step keeps of it; 0 = none', notNegative)
    .addOption(new Option('--best-by <metric>', 'what makes an epoch the best').choices(BestMetric.options))
    .option(
      '--early-stopping <epochs>',
      'ends after so many epochs without a better one; 0 = never',
      integer(0, 10_000),
    )
    .option('--checkpoint-minutes <n>', 'work that an interruption may cost within an epoch', notNegative);
}

export function withLearning(command: Command): Command {
  return withSettings(command)
    .option('--dataset <name>', 'dataset to train on')
    .option('--version <name>', 'labels as they stood in this version (default: as they are now)')
    .addOption(new Option('--device <device>', 'where to compute').choices(DeviceChoice.options).default('auto'))
    .option(
      '--init <files...>',
      'checkpoints that the weights start from, e.g. ir50.pth mobilefacenet_model_best.pth.tar',
    )
    .option('--init-run <id>', 'run that the weights start from, or on whose features a head learns', integer(1))
    .option('--train-split <name>', 'split to train on', 'train')
    .option('--val-split <name>', 'split to measure on (default: val, or test where there is no val)')
    .option('--allow-leak', 'train although pictures stand in both splits; the run records it');
}

/** @throws FailureError 'not-found' for the preset, 'invalid' naming the setting that cannot be used. */
export function settingsOf({ services }: Session, options: SettingOptions): TrainSettings {
  const preset = services.presets.require(options.preset);
  const given = Object.entries(options).filter(
    ([key, value]) => value !== undefined && key in preset.settings && key !== 'preset',
  );
  const settings = TrainSettings.safeParse({ ...preset.settings, ...Object.fromEntries(given) });
  if (settings.success) return settings.data;
  const [issue] = settings.error.issues;
  throw new FailureError({
    kind: 'invalid',
    message: `The setting ${issue?.path.join('.') ?? ''} cannot be used: ${issue?.message ?? ''}.`,
    remedy: 'See `train --help` for what it may be.',
  });
}

function measuringSplit({ splits }: Dataset, given: string | undefined): string {
  return given ?? (splits['val'] === undefined && splits['test'] !== undefined ? 'test' : 'val');
}

/** The request that the options stand for. @throws FailureError for a dataset, version or run that is not there. */
export async function requestOf(session: Session, options: LearnOptions): Promise<TrainRequest> {
  if (options.dataset === undefined)
    throw new FailureError({
      kind: 'invalid',
      message: 'There is nothing to train on.',
      remedy: 'Give --dataset NAME, or --resume RUN to go on with a run.',
    });
  const dataset = findDataset(session, options.dataset);
  return {
    dataset: dataset.id,
    ...(options.version !== undefined && { version: (await findVersion(session, dataset, options.version)).id }),
    trainSplit: options.trainSplit,
    valSplit: measuringSplit(dataset, options.valSplit),
    device: options.device,
    settings: settingsOf(session, options),
    ...(options.allowLeak && { allowLeak: true }),
    ...(options.initRun !== undefined && { initialRun: findRun(session, options.initRun).id }),
    ...(options.init && { initialWeights: options.init.map((file) => absolute(session, file)) }),
  };
}
