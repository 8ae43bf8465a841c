import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { bestEpochText } from '../../src-shared/domain/run.ts';
import { findRun, openProject } from './find.ts';
import { integer } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { duration, percent } from './text.ts';
import { requestOf, withLearning } from './train-settings.ts';
import type { LearnOptions } from './train-settings.ts';

interface TrainOptions extends LearnOptions {
  readonly project: string;
  readonly resume?: number | 'all';
  readonly name?: string;
  readonly json?: boolean;
}

export function trainCommand(cli: Cli): Command {
  const command = cli
    .command('train', 'train POSTER-Var on a dataset', 'train --project study --dataset legend --size tiny --epochs 20')
    .requiredOption('--project <dir>', 'project folder')
    .option(
      '--resume <run>',
      'go on with a run that was paused, stopped or interrupted; all: with those that were left unfinished',
      (text) => (text === 'all' ? text : integer(1)(text)),
    )
    .option('--name <name>', 'name of the run');
  return withLearning(command).action((options: TrainOptions) => {
    if (options.dataset === undefined && options.resume === undefined)
      command.error("error: required option '--dataset <name>' not specified (or --resume <run>)");
    return cli.run(options.json, (session) => train(session, options));
  });
}

/** Queues a training. */
async function start(session: Session, options: TrainOptions): Promise<{ run: number; job: number }> {
  const request = await requestOf(session, options);
  return session.services.runs.start({ ...request, ...(options.name !== undefined && { name: options.name }) });
}

async function train(session: Session, options: TrainOptions): Promise<Outcome> {
  const { runs } = session.services;
  await openProject(session, options.project);
  if (options.resume !== 'all')
    return follow(session, options.resume === undefined ? await start(session, options) : runs.resume(options.resume));
  const outcomes: Outcome[] = [];
  for (const started of runs.resumeLeft()) outcomes.push(await follow(session, started));
  return {
    json: { runs: outcomes.map(({ json }) => json) },
    text: outcomes.length === 0 ? 'No run was left unfinished.' : outcomes.map(({ text }) => text).join('\n'),
  };
}

/** Shows a training until it has ended. */
async function follow(session: Session, started: { readonly run: number; readonly job: number }): Promise<Outcome> {
  const { settings, epochs } = findRun(session, started.run);
  const unsubscribe = session.services.events.subscribe((message) => {
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
  const reached = best === null ? '' : `, best accuracy ${percent(best.value)} on "${valSplit}" ${bestEpochText(best)}`;
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
