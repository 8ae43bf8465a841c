import type { Command } from 'commander';
import type { Comparison } from '../../src-shared/domain/evaluation.ts';
import type { Cli } from './cli.ts';
import { checkSplit, findDataset, findRun, openProject } from './find.ts';
import { integer } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { counted, table } from './text.ts';

interface CompareOptions {
  readonly project: string;
  readonly baseline: number;
  readonly run: number;
  readonly split?: string;
  readonly dataset?: string;
  readonly json?: boolean;
}

export function compareCommand(cli: Cli): Command {
  return cli
    .command(
      'compare',
      'two runs on the images that both have predicted',
      'compare --project study --baseline 1 --run 2 --split val',
    )
    .requiredOption('--project <dir>', 'project folder')
    .requiredOption('--baseline <id>', 'run to compare with', integer(1))
    .requiredOption('--run <id>', 'run to compare', integer(1))
    .option('--split <name>', 'split to measure on (default: every split that neither was trained on)')
    .option('--dataset <name>', 'dataset (default: the one that the run was trained on, or the only one)')
    .action((options: CompareOptions) => cli.run(options.json, (session) => compare(session, options)));
}

async function compare(session: Session, options: CompareOptions): Promise<Outcome> {
  await openProject(session, options.project);
  const [baseline, run] = [findRun(session, options.baseline), findRun(session, options.run)];
  const dataset = findDataset(session, options.dataset ?? run.datasetName ?? undefined);
  const split = options.split ?? null;
  if (split !== null) checkSplit(dataset, split);
  const request = { baseline: baseline.id, run: run.id, dataset: dataset.id, split };
  const found = await session.services.evaluations.compare(request);
  return { json: { ...found, dataset: dataset.name }, text: comparisonText(found) };
}

function comparisonText({ images, outcomes, mcnemar, metrics, perClass, unlike, configuration }: Comparison): string {
  const number = (value: number | null | undefined): string => (typeof value === 'number' ? value.toFixed(4) : '–');
  const rows = [
    ...metrics.map((one) => ({ ...one, name: one.metric })),
    ...perClass.filter(({ support }) => support > 0).map((one) => ({ ...one, name: `recall ${one.expression}` })),
  ].map(({ name, baseline, run, interval }) => [
    name,
    number(baseline),
    number(run),
    number(baseline === null || run === null ? null : run - baseline),
    interval === null ? '–' : `${number(interval[0])} to ${number(interval[1])}`,
  ]);
  const { bothRight, fixed, regressed, bothWrong } = outcomes;
  return [
    `${counted(images, 'image')}: ${bothRight} both right, ${fixed} fixed, ${regressed} regressed, ${bothWrong} both wrong`,
    `McNemar's exact p = ${mcnemar.toPrecision(3)}`,
    ...unlike,
    '',
    table(['figure', 'baseline', 'run', 'difference', '95% interval'], rows),
    '',
    table(
      ['setting', 'baseline', 'run'],
      configuration.filter((one) => one.baseline !== one.run).map((one) => [one.setting, one.baseline, one.run]),
    ),
  ].join('\n');
}
