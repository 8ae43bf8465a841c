/** Short trainings that look for a setting: `lr-range` and `batch-size`. */
import type { Command } from 'commander';
import { TrialRequest, type Trial } from '../../src-shared/domain/trial.ts';
import type { Cli } from './cli.ts';
import { openProject } from './find.ts';
import { integer, positive } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { table } from './text.ts';
import { requestOf, withLearning } from './train-settings.ts';
import type { LearnOptions } from './train-settings.ts';

interface TrialOptions extends LearnOptions {
  readonly project: string;
  readonly from?: number;
  readonly to?: number;
  readonly steps?: number;
  readonly json?: boolean;
}

const MEBI = 2 ** 20;

export function rateRangeCommand(cli: Cli): Command {
  const command = cli
    .command(
      'lr-range',
      'find a learning rate: steps whose rate rises, with the loss of each',
      'lr-range --project study --dataset legend --preset quick',
    )
    .requiredOption('--project <dir>', 'project folder')
    .option('--from <rate>', 'rate of the first step', positive, 1e-7)
    .option('--to <rate>', 'rate of the last step', positive, 1)
    .option('--steps <n>', 'steps', integer(10, 1_000), 100);
  return withLearning(command).action((options: TrialOptions) =>
    cli.run(options.json, (session) => trial(session, 'learning-rate', options)),
  );
}

export function batchSizeCommand(cli: Cli): Command {
  const command = cli
    .command(
      'batch-size',
      'find a batch: sizes that double until one does not fit or is no faster',
      'batch-size --project study --dataset legend --preset quick',
    )
    .requiredOption('--project <dir>', 'project folder');
  return withLearning(command).action((options: TrialOptions) =>
    cli.run(options.json, (session) => trial(session, 'batch', options)),
  );
}

async function trial(session: Session, kind: Trial['result']['kind'], options: TrialOptions): Promise<Outcome> {
  const { trials } = session.services;
  await openProject(session, options.project);
  const { from, to, steps } = options;
  const order = TrialRequest.parse({ kind, request: await requestOf(session, options), from, to, steps });
  await session.follow(trials.start(order).job);
  const [found] = trials.list();
  if (found === undefined) throw new Error('The trial left nothing.');
  return { json: found.result, text: textOf(found.result) };
}

function textOf(result: Trial['result']): string {
  if (result.kind === 'batch') {
    const rows = result.sizes.map(({ batch, imagesPerSecond, memory }) => [
      batch,
      imagesPerSecond === null ? 'does not fit' : imagesPerSecond.toFixed(1),
      memory === null ? '–' : `${Math.round(memory / MEBI)} MiB`,
    ]);
    const said = result.suggested === null ? 'No size fits.' : `Suggested: ${result.suggested}`;
    return `${table(['batch', 'images/s', 'memory'], rows)}\n${said}`;
  }
  const { rates, loss, smoothed, suggested } = result;
  const rows = rates.map((rate, step) => [
    rate.toExponential(2),
    (loss[step] ?? 0).toFixed(4),
    (smoothed[step] ?? 0).toFixed(4),
  ]);
  const said =
    suggested === null ? 'The loss never fell: try from a lower rate, or with more steps.' : `Suggested: ${suggested}`;
  return `${table(['rate', 'loss', 'smoothed'], rows)}\n${said}`;
}
