import { Option, type Command } from 'commander';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import { FailureError } from '../../src-shared/domain/failure.ts';
import { DeviceChoice } from '../../src-shared/domain/device.ts';
import { ModelSize, type TrainSettings } from '../../src-shared/domain/run.ts';
import type { Cli } from './cli.ts';
import { absolute, findDataset, findRun, findVersion, openProject } from './find.ts';
import { integer, notNegative, positive } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { duration, percent } from './text.ts';

interface TrainOptions {
  readonly project: string;
  readonly dataset: string;
  readonly version?: string;
  readonly preset: string;
  readonly size?: ModelSize;
  readonly epochs?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly lambda?: number;
  readonly seed?: number;
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
    .requiredOption('--dataset <name>', 'dataset to train on')
    .option('--version <name>', 'labels as they stood in this version (default: as they are now)')
    .option('--preset <name>', 'settings to start from', 'quick')
    .addOption(new Option('--size <size>', 'model size').choices(ModelSize.options))
    .option('--epochs <n>', 'times that each image is seen', integer(1, 10_000))
    .option('--batch <n>', 'images a step', integer(1, 1_024))
    .option('--learning-rate <rate>', 'learning rate of the first epoch', positive)
    .option('--lambda <weight>', 'weight of the KL term', notNegative)
    .option('--seed <n>', 'seed of weights, order and augmentation', integer(0))
    .addOption(new Option('--device <device>', 'where to compute').choices(DeviceChoice.options).default('auto'))
    .option(
      '--init <files...>',
      'checkpoints that the weights start from, e.g. ir50.pth mobilefacenet_model_best.pth.tar',
    )
    .option('--train-split <name>', 'split to train on', 'train')
    .option('--val-split <name>', 'split to measure on (default: val, or test where there is no val)')
    .option('--name <name>', 'name of the run')
    .action((options: TrainOptions) => cli.run(options.json, (session) => train(session, options)));
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
  const { size, epochs, batch, learningRate, lambda, seed } = { ...preset.settings, ...defined(options) };
  return { ...preset.settings, size, epochs, batch, learningRate, lambda, seed };
}

/** Options that were given: commander leaves the others undefined. */
function defined(options: TrainOptions): Partial<TrainOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function measuringSplit({ splits }: Dataset, given: string | undefined): string {
  return given ?? (splits['val'] === undefined && splits['test'] !== undefined ? 'test' : 'val');
}

async function train(session: Session, options: TrainOptions): Promise<Outcome> {
  const { runs, events } = session.services;
  await openProject(session, options.project);
  const dataset = findDataset(session, options.dataset);
  const settings = settingsOf(session, options);
  const started = runs.startTraining({
    dataset: dataset.id,
    ...(options.version !== undefined && { version: findVersion(session, dataset, options.version).id }),
    ...(options.name !== undefined && { name: options.name }),
    trainSplit: options.trainSplit,
    valSplit: measuringSplit(dataset, options.valSplit),
    device: options.device,
    settings,
    ...(options.init && { initialWeights: options.init.map((file) => absolute(session, file)) }),
  });
  const unsubscribe = events.subscribe((message) => {
    if (message.event !== 'run.epoch' || message.payload.run !== started.run) return;
    const { epoch, trainLoss, trainAccuracy, valAccuracy } = message.payload.metrics;
    const measured = valAccuracy === null ? '' : `, val accuracy ${percent(valAccuracy)}`;
    const trained = `train loss ${trainLoss.toFixed(4)}, accuracy ${percent(trainAccuracy)}`;
    session.progress.note(`Epoch ${epoch}/${settings.epochs}: ${trained}${measured}`);
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
