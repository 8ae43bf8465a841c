import { Option, type Command } from 'commander';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import { FailureError } from '../../src-shared/domain/failure.ts';
import { DeviceChoice } from '../../src-shared/domain/device.ts';
import { ModelSize, OptimizerName, TrainSettings } from '../../src-shared/domain/run.ts';
import type { Cli } from './cli.ts';
import { absolute, findDataset, findRun, findVersion, openProject } from './find.ts';
import { integer, notNegative, positive } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { duration, percent } from './text.ts';

interface TrainOptions {
  readonly project: string;
  readonly dataset?: string;
  readonly resume?: number;
  readonly version?: string;
  readonly preset: string;
  readonly size?: ModelSize;
  readonly epochs?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly lambda?: number;
  readonly seed?: number;
  readonly optimizer?: OptimizerName;
  readonly momentum?: number;
  readonly samRho?: number;
  readonly clipNorm?: number;
  readonly accumulate?: number;
  readonly classWeights?: TrainSettings['classWeights'];
  readonly targets?: TrainSettings['targets'];
  readonly checkpointMinutes?: number;
  readonly device: DeviceChoice;
  readonly trainSplit: string;
  readonly valSplit?: string;
  readonly name?: string;
  readonly init?: readonly string[];
  readonly json?: boolean;
}

export function trainCommand(cli: Cli): Command {
  return cli
    .command('train', 'train POSTER-Var on a dataset', 'train --project study --dataset legend --size tiny --epochs 20')
    .requiredOption('--project <dir>', 'project folder')
    .option('--dataset <name>', 'dataset to train on')
    .option('--resume <run>', 'go on with a run that was paused, stopped or interrupted', integer(1))
    .option('--version <name>', 'labels as they stood in this version (default: as they are now)')
    .option('--preset <name>', 'settings to start from', 'quick')
    .addOption(new Option('--size <size>', 'model size').choices(ModelSize.options))
    .option('--epochs <n>', 'times that each image is seen', integer(1, 10_000))
    .option('--batch <n>', 'images a step', integer(1, 1_024))
    .option('--learning-rate <rate>', 'learning rate of the first epoch', positive)
    .option('--lambda <weight>', 'weight of the KL term', notNegative)
    .option('--seed <n>', 'seed of weights, order and augmentation', integer(0))
    .addOption(new Option('--optimizer <name>', 'optimizer').choices(OptimizerName.options))
    .option('--momentum <share>', 'momentum of sgd', notNegative)
    .option('--sam-rho <radius>', 'radius of sharpness-aware minimisation; 0 = off', notNegative)
    .option('--clip-norm <norm>', 'longest gradient by its global norm; 0 = off', notNegative)
    .option('--accumulate <n>', 'parts that a batch passes the network in', integer(1, 1_024))
    .addOption(new Option('--class-weights <kind>', 'weights of the classes in the loss').choices(['none', 'balanced']))
    .addOption(new Option('--targets <kind>', 'labels, or the dataset’s soft targets').choices(['hard', 'soft']))
    .option('--checkpoint-minutes <n>', 'work that an interruption may cost within an epoch', notNegative)
    .addOption(new Option('--device <device>', 'where to compute').choices(DeviceChoice.options).default('auto'))
    .option(
      '--init <files...>',
      'checkpoints that the weights start from, e.g. ir50.pth mobilefacenet_model_best.pth.tar',
    )
    .option('--train-split <name>', 'split to train on', 'train')
    .option('--val-split <name>', 'split to measure on (default: val, or test where there is no val)')
    .option('--name <name>', 'name of the run')
    .action((options: TrainOptions, command: Command) => {
      if (options.dataset === undefined && options.resume === undefined)
        command.error("error: required option '--dataset <name>' not specified (or --resume <run>)");
      return cli.run(options.json, (session) => train(session, options));
    });
}

function settingsOf({ services }: Session, options: TrainOptions): TrainSettings {
  const presets = services.runs.presets();
  const preset = presets.find(({ name }) => name === options.preset);
  if (preset === undefined)
    throw new FailureError({
      kind: 'not-found',
      message: `There is no preset "${options.preset}".`,
      remedy: `Choose one of ${presets.map(({ name }) => name).join(', ')}.`,
    });
  const given = Object.entries(defined(options)).filter(([key]) => key in preset.settings && key !== 'preset');
  const settings = TrainSettings.safeParse({ ...preset.settings, ...Object.fromEntries(given) });
  if (settings.success) return settings.data;
  const [issue] = settings.error.issues;
  throw new FailureError({
    kind: 'invalid',
    message: `The setting ${issue?.path.join('.') ?? ''} cannot be used: ${issue?.message ?? ''}.`,
    remedy: 'See `train --help` for what it may be.',
  });
}

/** Options that were given: commander leaves the others undefined. */
function defined(options: TrainOptions): Partial<TrainOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function measuringSplit({ splits }: Dataset, given: string | undefined): string {
  return given ?? (splits['val'] === undefined && splits['test'] !== undefined ? 'test' : 'val');
}

function start(session: Session, options: TrainOptions): { run: number; job: number } {
  if (options.dataset === undefined)
    throw new FailureError({
      kind: 'invalid',
      message: 'There is nothing to train on.',
      remedy: 'Give --dataset NAME, or --resume RUN to go on with a run.',
    });
  const dataset = findDataset(session, options.dataset);
  return session.services.runs.startTraining({
    dataset: dataset.id,
    ...(options.version !== undefined && { version: findVersion(session, dataset, options.version).id }),
    ...(options.name !== undefined && { name: options.name }),
    trainSplit: options.trainSplit,
    valSplit: measuringSplit(dataset, options.valSplit),
    device: options.device,
    settings: settingsOf(session, options),
    ...(options.init && { initialWeights: options.init.map((file) => absolute(session, file)) }),
  });
}

async function train(session: Session, options: TrainOptions): Promise<Outcome> {
  const { runs, events } = session.services;
  await openProject(session, options.project);
  const started = options.resume === undefined ? start(session, options) : runs.resume(options.resume);
  const { settings, epochs } = findRun(session, started.run);
  const unsubscribe = events.subscribe((message) => {
    if (message.event !== 'run.epoch' || message.payload.run !== started.run) return;
    const { epoch, trainLoss, trainAccuracy, valAccuracy } = message.payload.metrics;
    const measured = valAccuracy === null ? '' : `, val accuracy ${percent(valAccuracy)}`;
    const trained = `train loss ${trainLoss.toFixed(4)}, accuracy ${percent(trainAccuracy)}`;
    session.progress.note(`Epoch ${epoch}/${epochs}: ${trained}${measured}`);
  });
  try {
    await session.follow(started.job);
  } finally {
    unsubscribe();
  }
  const run = findRun(session, started.run);
  const { id, name, status, epoch, best, processSeconds, valSplit } = run;
  const reached = best === null ? '' : `, best accuracy ${percent(best.value)} on "${valSplit}" at epoch ${best.epoch}`;
  return {
    json: {
      run: id,
      name,
      status,
      epochs: epoch,
      best,
      processSeconds,
      size: run.size,
      device: run.device,
      version: run.version ?? null,
      settings,
    },
    text: `Run ${id} (${name}): ${status} after ${epoch} epochs in ${duration(processSeconds)}${reached}`,
  };
}
