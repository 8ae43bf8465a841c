import type { Command } from 'commander';
import { FailureError } from '../../src-shared/domain/failure.ts';
import type { Suite } from '../../src-shared/domain/suite.ts';
import { ablationNumbers, ablationRows, ablationTable } from '../../src-shared/metrics/ablation.ts';
import { latexText } from '../../src-shared/text/table.ts';
import { writeTextFile } from '../services/files/write.ts';
import { csvLine } from '../services/labels/csv.ts';
import type { Cli } from './cli.ts';
import { absolute, openProject } from './find.ts';
import { integer } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { table } from './text.ts';
import { requestOf, withLearning } from './train-settings.ts';
import type { LearnOptions } from './train-settings.ts';

interface AblateOptions extends LearnOptions {
  readonly project: string;
  readonly seeds: number;
  readonly name?: string;
  readonly suite?: number;
  readonly csv?: string;
  readonly latex?: string;
  readonly json?: boolean;
}

export function ablateCommand(cli: Cli): Command {
  const command = cli
    .command(
      'ablate',
      'train the paper’s four variants with several seeds, into one table',
      'ablate --project study --dataset legend --preset quick --seeds 3 --latex table.tex',
    )
    .requiredOption('--project <dir>', 'project folder')
    .option('--seeds <n>', 'runs of each variant, from --seed on', integer(1, 20), 3)
    .option('--suite <id>', 'go on with a suite that is unfinished, or only show its table', integer(1))
    .option('--name <name>', 'name of the suite')
    .option('--csv <file>', 'write every run’s accuracy')
    .option('--latex <file>', 'write the table as LaTeX');
  return withLearning(command).action((options: AblateOptions) =>
    cli.run(options.json, (session) => ablate(session, options)),
  );
}

async function ablate(session: Session, options: AblateOptions): Promise<Outcome> {
  const { suites, runs, workspace } = session.services;
  await openProject(session, options.project);
  const suite = await begin(session, options);
  const { jobs } = workspace.require();
  const ids = new Set(suite.runs.map(({ run }) => run));
  const waiting = jobs.list().filter(({ run, status }) => run !== null && ids.has(run) && isLive(status));
  for (const job of waiting.toSorted((a, b) => a.id - b.id)) await session.follow(job.id);
  const found = suites.require(suite.id);
  const all = runs.list();
  if (options.csv !== undefined) {
    const { columns, rows } = ablationNumbers(found, all);
    await writeTextFile(absolute(session, options.csv), [csvLine(columns), ...rows.map((row) => csvLine(row))]);
  }
  const printed = ablationTable(found, all);
  if (options.latex !== undefined) await writeTextFile(absolute(session, options.latex), [latexText(printed)]);
  return {
    json: { suite: found.id, name: found.name, seeds: found.seeds, rows: ablationRows(found, all) },
    text: `${found.name} (suite ${found.id})\n${table(printed.columns, textRows(printed.rows))}`,
  };
}

const isLive = (status: string): boolean => status === 'queued' || status === 'running';

function textRows(rows: readonly (readonly (string | number | null)[])[]): (string | number)[][] {
  return rows.map((row) => row.map((cell) => cell ?? '–'));
}

async function begin(session: Session, options: AblateOptions): Promise<Suite> {
  const { suites } = session.services;
  if (options.suite !== undefined) {
    await suites.resume(options.suite);
    return suites.require(options.suite);
  }
  if (options.dataset === undefined)
    throw new FailureError({
      kind: 'invalid',
      message: 'There is nothing to train on.',
      remedy: 'Give --dataset NAME, or --suite ID to go on with a suite.',
    });
  const request = await requestOf(session, options);
  const named = { ...request, ...(options.name !== undefined && { name: options.name }) };
  return suites.start({ request: named, seeds: options.seeds });
}
