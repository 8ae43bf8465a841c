import { basename, extname } from 'node:path';
import { Option, type Command } from 'commander';
import type { ColumnMap, ImportChoices, ImportOrder, SplitPlan } from '../../src-shared/domain/dataset.ts';
import { VOTE_RULES } from '../../src-shared/domain/votes.ts';
import { UsageError, type Cli } from './cli.ts';
import { absolute, openOrCreateProject } from './find.ts';
import { FORMAT_NAMES, importFormat, voteRule } from './formats.ts';
import { previewText, reportText } from './import-text.ts';
import { columnMap, integer, splitShares } from './options.ts';
import type { Outcome, Session } from './session.ts';

interface ImportOptions {
  readonly project?: string;
  readonly format: ImportOrder['format'];
  readonly map?: ColumnMap;
  readonly split?: SplitPlan['shares'];
  readonly seed?: number;
  readonly name?: string;
  readonly voteRule?: ImportChoices['voteRule'];
  readonly classes?: '7' | '8';
  readonly images?: string;
  readonly copy?: boolean;
  readonly dryRun?: boolean;
  readonly report?: string;
  readonly json?: boolean;
}

export function importCommand(cli: Cli): Command {
  return cli
    .command(
      'import',
      'bring a dataset into a project: a known one, a folder of images, or a table that lists them',
      'import photos/legend.csv --project study --map path=image,label=emotion --split 0.8,0.2 --seed 1',
    )
    .argument('<source>', 'folder of a dataset or with a folder a class, or a CSV/TSV file')
    .option('--project <dir>', 'project folder; made where it does not exist')
    .option('--format <format>', `how to read it: ${FORMAT_NAMES.join(', ')}`, importFormat, 'auto')
    .option('--map <columns>', 'columns of the table: path=COLUMN,label=COLUMN[,split=COLUMN]', columnMap)
    .option('--vote-rule <rule>', `how votes become labels: ${VOTE_RULES.join(', ')}`, voteRule)
    .addOption(
      new Option('--classes <n>', '7 leaves contempt out (default: as the source has them)').choices(['7', '8']),
    )
    .option('--images <kind>', 'which pictures, where the source has several of each face: aligned, original')
    .option('--copy', 'copy the image files into the project instead of referring to them')
    .option('--split <shares>', 'deal images into train,val or train,val,test, e.g. 0.8,0.2', splitShares)
    .option('--seed <n>', 'seed of the split (default: 0)', integer(0))
    .option('--name <name>', 'name of the dataset (default: the source’s)')
    .option('--dry-run', 'only tell what would be imported, with the outcome of every vote rule')
    .option('--report <file>', 'write everything that was wrong with single rows as CSV')
    .action((source: string, options: ImportOptions) => {
      if (options.seed !== undefined && options.split === undefined)
        throw new UsageError('--seed decides a split: give --split too.');
      if (options.dryRun === true) return cli.run(options.json, (session) => previewImport(session, source, options));
      const { project } = options;
      if (project === undefined) throw new UsageError('Which project? Give --project, or --dry-run to only look.');
      return cli.run(options.json, (session) => importSource(session, source, project, options));
    });
}

function orderOf(session: Session, given: string, options: ImportOptions): ImportOrder {
  const source = absolute(session, given);
  const choices: ImportChoices = {
    ...(options.voteRule && { voteRule: options.voteRule }),
    ...(options.classes && { classes: options.classes === '7' ? 7 : 8 }),
    ...(options.images && { variant: options.images }),
    ...(options.copy === true && { copy: true }),
  };
  return {
    source,
    format: options.format,
    name: options.name ?? basename(source, extname(source)),
    ...(Object.keys(choices).length > 0 && { choices }),
    ...(options.map && { mapping: options.map }),
    ...(options.split && { split: { shares: options.split, seed: options.seed ?? 0 } }),
  };
}

async function previewImport(session: Session, given: string, options: ImportOptions): Promise<Outcome> {
  const { preview: _key, ...preview } = await session.services.datasets.preview(orderOf(session, given, options));
  const classes = preview.classes.map(({ samples: _samples, ...rest }) => rest);
  return { json: { ...preview, classes }, text: previewText(preview) };
}

async function importSource(
  session: Session,
  given: string,
  project: string,
  options: ImportOptions,
): Promise<Outcome> {
  const { datasets } = session.services;
  const order = orderOf(session, given, options);
  await openOrCreateProject(session, project);
  const waiting = datasets.interrupted().find(({ name }) => name === order.name);
  if (waiting !== undefined)
    session.progress.note(`An import of "${order.name}" was cut short after ${waiting.done} of ${waiting.total} rows.`);
  const { job } = datasets.startImport(order);
  const { dataset } = await session.follow(job);
  if (dataset === null) throw new Error(`The import job ${job} names no dataset.`);
  const report = datasets.report(dataset);
  const out = options.report === undefined ? null : absolute(session, options.report);
  if (out !== null) await datasets.exportProblems(dataset, out);
  return {
    json: { ...report, dataset: report.name, id: dataset, ...(out !== null && { report: out }) },
    text: reportText(report),
  };
}
