import { basename, extname } from 'node:path';
import { Option, type Command } from 'commander';
import type { ColumnMap, ImportFormat, SplitPlan } from '../../src-shared/domain/dataset.ts';
import { UsageError, type Cli } from './cli.ts';
import { absolute, openOrCreateProject } from './find.ts';
import { columnMap, integer, splitShares } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { count, counted, duration, table } from './text.ts';

interface ImportOptions {
  readonly project: string;
  readonly format: ImportFormat | 'auto';
  readonly map?: ColumnMap;
  readonly split?: SplitPlan['shares'];
  readonly seed?: number;
  readonly name?: string;
  readonly json?: boolean;
}

/** Listed in the terminal; --json and the workbench have them all. */
const SHOWN_PROBLEMS = 10;

export function importCommand(cli: Cli): Command {
  return cli
    .command(
      'import',
      'bring a folder of images, or a table that lists them, into a project',
      'import photos/legend.csv --project study --map path=image,label=emotion --split 0.8,0.2 --seed 1',
    )
    .argument('<source>', 'folder with a folder a class, or a CSV/TSV file')
    .requiredOption('--project <dir>', 'project folder; made where it does not exist')
    .addOption(new Option('--format <format>', 'how to read it').choices(['auto', 'folders', 'csv']).default('auto'))
    .option('--map <columns>', 'columns of the table: path=COLUMN,label=COLUMN[,split=COLUMN]', columnMap)
    .option('--split <shares>', 'deal images into train,val or train,val,test, e.g. 0.8,0.2', splitShares)
    .option('--seed <n>', 'seed of the split (default: 0)', integer(0))
    .option('--name <name>', 'name of the dataset (default: the source’s)')
    .action((source: string, options: ImportOptions) => {
      if (options.seed !== undefined && options.split === undefined)
        throw new UsageError('--seed decides a split: give --split too.');
      return cli.run(options.json, (session) => importSource(session, source, options));
    });
}

async function importSource(session: Session, given: string, options: ImportOptions): Promise<Outcome> {
  const { datasets } = session.services;
  const source = absolute(session, given);
  await openOrCreateProject(session, options.project);
  const { job } = datasets.startImport({
    source,
    format: options.format,
    name: options.name ?? basename(source, extname(source)),
    ...(options.map && { mapping: options.map }),
    ...(options.split && { split: { shares: options.split, seed: options.seed ?? 0 } }),
  });
  const { dataset } = await session.follow(job);
  if (dataset === null) throw new Error(`The import job ${job} names no dataset.`);
  const report = datasets.report(dataset);
  const { name, images, broken, duplicates, unlabelled, problems, problemCount, seconds } = report;
  const shown = problems.slice(0, SHOWN_PROBLEMS).map(({ path, reason }) => `  ${path}: ${reason}`);
  const more = problemCount > shown.length ? [`  … and ${count(problemCount - shown.length)} more`] : [];
  const text = [
    `"${name}": ${counted(images, 'image')} in ${duration(seconds)}, ${count(broken)} broken, ` +
      `${counted(duplicates, 'duplicate')}, ${count(unlabelled)} unlabelled`,
    table(['class', 'images'], Object.entries(report.classes)),
    table(['split', 'images'], Object.entries(report.splits)),
    ...(problemCount > 0 ? [`${counted(problemCount, 'problem')}:`, ...shown, ...more] : []),
  ].join('\n');
  return { json: { ...report, dataset: name, id: dataset }, text };
}
