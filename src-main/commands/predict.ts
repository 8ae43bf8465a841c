import { Option, type Command } from 'commander';
import { EXPRESSION_FACES } from '../../src-shared/domain/expression.ts';
import { DeviceChoice } from '../../src-shared/domain/device.ts';
import { type Run } from '../../src-shared/domain/run.ts';
import { argmax, sigma, softmax } from '../../src-shared/metrics/vich.ts';
import { writePredictionsCsv } from '../services/exports/predictions/csv.ts';
import { UsageError, type Cli } from './cli.ts';
import {
  absolute,
  checkSplit,
  checkpointOf,
  findDataset,
  findRun,
  openOrCreateProject,
  openProject,
  runOfCheckpoint,
} from './find.ts';
import { predictLoose, type LoosePrediction } from './loose.ts';
import { integer } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { counted, table } from './text.ts';

interface PredictOptions {
  readonly project?: string;
  readonly run?: number;
  readonly checkpoint?: string;
  readonly dataset?: string;
  readonly images?: readonly string[];
  readonly split?: string;
  readonly stale?: boolean;
  readonly device: DeviceChoice;
  readonly out?: string;
  readonly json?: boolean;
}

export function predictCommand(cli: Cli): Command {
  return cli
    .command(
      'predict',
      'predict a dataset and store the result, or predict loose images and print it',
      'predict --project study --run 1 --dataset legend --out predictions.csv',
    )
    .option('--project <dir>', 'project folder; made for --images where it does not exist')
    .option('--run <id>', 'run that predicts', integer(1))
    .option('--checkpoint <file>', 'safetensors file that predicts; in a project it becomes a run')
    .option('--dataset <name>', 'dataset to predict (default: the only one)')
    .option('--images <files...>', 'image files to predict instead, without storing anything of them')
    .option('--split <name>', 'only this split of the dataset')
    .option('--stale', 'only images whose prediction is of another face box or file than now')
    .addOption(new Option('--device <device>', 'where to compute').choices(DeviceChoice.options).default('auto'))
    .option('--out <file>', 'CSV: path, label, prediction, and mu and logvar of each class')
    .action((options: PredictOptions) => {
      check(options);
      return cli.run(options.json, (session) =>
        options.images === undefined
          ? predictDataset(session, options)
          : predictImages(session, options, options.images),
      );
    });
}

function check({ project, run, checkpoint, dataset, images, split, stale }: PredictOptions): void {
  if ((run === undefined) === (checkpoint === undefined))
    throw new UsageError('Give either --run ID or --checkpoint FILE.');
  if (project === undefined && (run !== undefined || images === undefined))
    throw new UsageError('Give --project DIR: only --checkpoint with --images does without one.');
  if (images !== undefined && (dataset !== undefined || split !== undefined || stale === true))
    throw new UsageError('Give either --images or a dataset.');
}

async function runOf(session: Session, { run, checkpoint }: PredictOptions): Promise<Run> {
  if (checkpoint !== undefined) return runOfCheckpoint(session, checkpoint);
  if (run === undefined) throw new UsageError('Give either --run ID or --checkpoint FILE.');
  return findRun(session, run);
}

async function predictDataset(session: Session, options: PredictOptions): Promise<Outcome> {
  if (options.project === undefined) throw new UsageError('Give --project DIR.');
  const { services } = session;
  await openProject(session, options.project);
  const dataset = findDataset(session, options.dataset);
  const split = options.split ?? null;
  if (split !== null) checkSplit(dataset, split);
  const run = await runOf(session, options);
  const { job } = services.runs.startPredict({
    ...{ run: run.id, dataset: dataset.id, split, device: options.device },
    ...(options.stale === true && { stale: true }),
  });
  const { text: note } = await session.follow(job);
  const { store } = services.workspace.require();
  const out = options.out === undefined ? null : absolute(session, options.out);
  const images =
    out === null
      ? store.runs.predictions(run.id, dataset.id, split).length
      : await writeCsv(session, { run: run.id, dataset: dataset.id, split, out });
  const written = out === null ? '' : ` in ${out}`;
  return {
    json: { run: run.id, images, dataset: dataset.name, out },
    text:
      `Run ${run.id} (${run.name}): ${counted(images, 'image')} of "${dataset.name}" predicted${written}` +
      (note === '' ? '' : `, ${note}`),
  };
}

async function writeCsv(
  session: Session,
  what: { run: number; dataset: number; split: string | null; out: string },
): Promise<number> {
  const { job, result } = await session.services.exports.start({ what: 'predictions', format: 'csv', q: '', ...what });
  await session.follow(job);
  return (await result).images;
}

async function predictImages(session: Session, options: PredictOptions, paths: readonly string[]): Promise<Outcome> {
  let run: Run | null = null;
  if (options.project !== undefined) {
    if (options.checkpoint === undefined) await openProject(session, options.project);
    else await openOrCreateProject(session, options.project);
    run = await runOf(session, options);
  }
  const checkpoint = run === null ? absolute(session, options.checkpoint ?? '') : checkpointOf(session, run);
  const files = paths.map((path) => ({ path, file: absolute(session, path) }));
  const { classes, predictions, failed } = await predictLoose(session, { checkpoint, files, device: options.device });
  const out = options.out === undefined ? null : absolute(session, options.out);
  if (out !== null) {
    const rows = predictions.map((one) => ({ ...one, label: null, split: '', dataset: '', box: null }));
    await writePredictionsCsv(out, classes, rows);
  }
  const byClass = (values: Float32Array): Record<string, number | undefined> =>
    Object.fromEntries(classes.map((expression, index) => [expression, values[index]]));
  return {
    json: {
      run: run?.id ?? null,
      images: predictions.length,
      predictions: predictions.map(({ path, prediction, mu, logvar }) => ({
        path,
        prediction,
        mu: byClass(mu),
        logvar: logvar && byClass(logvar),
      })),
      failed,
      out,
    },
    text: [
      table(['image', 'prediction', 'p', 'sigma'], predictions.map(looseRow)),
      ...failed.map(({ path, reason }) => `${path}: ${reason}`),
    ].join('\n'),
  };
}

function looseRow({ path, prediction, mu, logvar }: LoosePrediction): string[] {
  const best = argmax(mu);
  const spread = logvar?.[best];
  return [
    path,
    EXPRESSION_FACES[prediction].title,
    (softmax(mu)[best] ?? 0).toFixed(3),
    spread === undefined ? '–' : sigma(spread).toFixed(3),
  ];
}
