import type { Command } from 'commander';
import { EXPRESSION_FACES } from '../../src-shared/domain/expression.ts';
import { Metric } from '../../src-shared/domain/evaluation.ts';
import type { Evaluation, EvaluationIntervals, Interval } from '../../src-shared/domain/evaluation.ts';
import type { Cli } from './cli.ts';
import { checkSplit, findDataset, findRun, openProject } from './find.ts';
import { integer } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { counted, percent, table } from './text.ts';

interface EvaluateOptions {
  readonly project: string;
  readonly run: number;
  readonly split?: string;
  readonly dataset?: string;
  readonly intervals?: boolean;
  readonly json?: boolean;
}

export function evaluateCommand(cli: Cli): Command {
  return cli
    .command(
      'evaluate',
      'measure a run’s predictions on the labels as they are now',
      'evaluate --project study --run 1 --split val',
    )
    .requiredOption('--project <dir>', 'project folder')
    .requiredOption('--run <id>', 'run to measure', integer(1))
    .option('--split <name>', 'split to measure on (default: all images)')
    .option('--dataset <name>', 'dataset (default: the one that the run was trained on, or the only one)')
    .option('--intervals', 'add 95% bootstrap intervals of every figure: seconds')
    .action((options: EvaluateOptions) => cli.run(options.json, (session) => evaluate(session, options)));
}

async function evaluate(session: Session, options: EvaluateOptions): Promise<Outcome> {
  await openProject(session, options.project);
  const run = findRun(session, options.run);
  const dataset = findDataset(session, options.dataset ?? run.datasetName ?? undefined);
  const split = options.split ?? null;
  if (split !== null) checkSplit(dataset, split);
  const { evaluations } = session.services;
  const measure = { run: run.id, dataset: dataset.id, split };
  const found = await evaluations.evaluate(measure);
  const intervals = options.intervals === true ? await evaluations.intervals(measure) : null;
  return {
    json: { ...found, dataset: dataset.name, ...(intervals !== null && { intervals }) },
    text: [evaluationText(found), ...(intervals === null ? [] : ['', intervalsText(found, intervals)])].join('\n'),
  };
}

function intervalsText(found: Evaluation, { metrics, perClass }: EvaluationIntervals): string {
  const range = (interval: Interval | null | undefined): string[] =>
    interval === null || interval === undefined ? ['–', '–'] : interval.map((end) => end.toFixed(4));
  const rows = Metric.options.map((metric) => [metric, found[metric].toFixed(4), ...range(metrics[metric])]);
  const ofClass = found.perClass.flatMap((score, index) =>
    (['precision', 'recall', 'f1'] as const).map((figure) => [
      `${score.expression} ${figure}`,
      score[figure]?.toFixed(4) ?? '–',
      ...range(perClass[index]?.[figure]),
    ]),
  );
  return table(['95% bootstrap, 2,000 resamples', 'value', 'low', 'high'], [...rows, ...ofClass]);
}

function evaluationText(found: Evaluation): string {
  const {
    images,
    leftOut,
    stale,
    accuracy,
    interval,
    balancedAccuracy,
    macroF1,
    nll,
    brier,
    ece,
    classes,
    confusion,
    perClass,
  } = found;
  const codes = classes.map((expression) => EXPRESSION_FACES[expression].code);
  const share = (value: number | null): string => (value === null ? '–' : percent(value));
  return [
    `Accuracy ${percent(accuracy)} (95% interval ${percent(interval[0])} to ${percent(interval[1])}) on ${counted(images, 'image')}` +
      (leftOut > 0 ? `, ${leftOut} left out` : '') +
      (stale > 0 ? ` (${stale} with a stale prediction, of another face box or file: predict --stale)` : ''),
    `Balanced accuracy ${percent(balancedAccuracy)}, macro F1 ${percent(macroF1)}, NLL ${nll.toFixed(4)}, Brier ${brier.toFixed(4)}, ECE ${percent(ece)}`,
    '',
    table(
      ['label \\ predicted', ...codes],
      classes.map((expression, row) => [expression, ...(confusion[row] ?? [])]),
    ),
    '',
    table(
      ['class', 'support', 'recall', 'precision', 'F1'],
      perClass.map(({ expression, support, recall, precision, f1 }) => [
        expression,
        support,
        share(recall),
        share(precision),
        share(f1),
      ]),
    ),
  ].join('\n');
}
