import type { Command } from 'commander';
import { Option } from 'commander';
import type { FilesFound } from '../../src-shared/domain/dataset.ts';
import { NEAR_BITS, type ExclusionScope } from '../../src-shared/domain/duplicates.ts';
import type { Cli } from './cli.ts';
import { absolute, findDataset, openProject } from './find.ts';
import { integer } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { counted } from './text.ts';

interface Options {
  readonly project: string;
  readonly dataset?: string;
  readonly json?: boolean;
}

interface DuplicateOptions extends Options {
  readonly near: number;
  readonly exclude?: ExclusionScope;
  readonly out?: string;
}

const SHOWN = 10;
/** Groups of --json; --out has all of them. */
const LISTED = 200;

export function datasetCommand(cli: Cli): Command {
  const group = cli.group('dataset', 'look after the datasets of a project', 'dataset duplicates --project study');
  group.addCommand(duplicatesCommand(cli));
  group.addCommand(filesCommand(cli));
  group.addCommand(repointCommand(cli));
  return group;
}

function command(cli: Cli, name: string, description: string, example: string): Command {
  return cli
    .command(name, description, example)
    .requiredOption('--project <dir>', 'project folder')
    .option('--dataset <name>', 'dataset by name or id (default: the only one)');
}

function duplicatesCommand(cli: Cli): Command {
  return command(
    cli,
    'duplicates',
    'images that a dataset has twice, equal or nearly so, within splits and across them',
    'dataset duplicates --project study --exclude across',
  )
    .option(
      '--near <bits>',
      'differing bits of the 64-bit hash that count as near; 0: equal bytes only',
      integer(0, 7),
      NEAR_BITS,
    )
    .addOption(
      new Option('--exclude <scope>', 'leave out all but one of each group, or only what leaks across splits').choices([
        'all',
        'across',
      ]),
    )
    .option('--out <file>', 'write every group as CSV')
    .action((options: DuplicateOptions) => cli.run(options.json, (session) => duplicates(session, options)));
}

async function duplicates(session: Session, options: DuplicateOptions): Promise<Outcome> {
  const { services } = session;
  await openProject(session, options.project);
  const dataset = findDataset(session, options.dataset).id;
  await session.follow(services.duplicates.find({ dataset, near: options.near }).job);
  const report = services.duplicates.report(dataset);
  const { groups } = services.duplicates.groups(dataset, { only: 'all', offset: 0, limit: LISTED });
  if (report === null) throw new RangeError('The comparison has ended without a report.');
  const out = options.out === undefined ? null : absolute(session, options.out);
  if (out !== null) await services.duplicates.export(dataset, out);
  const scope = options.exclude;
  const worth = scope !== undefined && report.surplus[scope] > 0;
  const excluded = worth ? services.duplicates.exclude(dataset, { scope }).changed : 0;
  const { exact, nearly, across, surplus } = report;
  const told = groups.slice(0, SHOWN).map(
    ({ kind, across: leaks, images }) =>
      `  ${kind}${leaks ? ', across splits' : ''}: ${images
        .slice(0, 4)
        .map(({ path, split }) => `${path} (${split})`)
        .join(', ')}`,
  );
  const text = [
    `${counted(report.images, 'image')}: ${counted(exact.groups, 'group')} of equal ones, ${counted(nearly.groups, 'group')} of near ones, ` +
      `${counted(across.groups, 'group')} across splits`,
    ...told,
    scope === undefined
      ? `--exclude across leaves out ${counted(surplus.across, 'image')}, --exclude all ${counted(surplus.all, 'image')}.`
      : `${counted(excluded, 'image')} left out.`,
  ].join('\n');
  return { json: { ...report, listed: groups, excluded, ...(out !== null && { out }) }, text };
}

function filesCommand(cli: Cli): Command {
  return command(
    cli,
    'files',
    'whether the image files of a dataset lie where they should, as they were',
    'dataset files --project study',
  )
    .option(
      '--look-again',
      'read every file again: one that was replaced is another picture, and its predictions stale',
    )
    .action((options: Options & { readonly lookAgain?: boolean }) =>
      cli.run(options.json, async (session) => {
        await openProject(session, options.project);
        const { datasets } = session.services;
        const { id } = findDataset(session, options.dataset);
        if (options.lookAgain === true) await session.follow(datasets.lookAgain(id).job);
        const found = await datasets.files(id);
        return { json: { ...found }, text: filesText(found) };
      }),
    );
}

function repointCommand(cli: Cli): Command {
  return command(
    cli,
    'repoint',
    'point a dataset at the folder that its images have moved to',
    'dataset repoint /mnt/new/faces --project study',
  )
    .argument('<folder>', 'folder that holds the images now')
    .action((folder: string, options: Options) =>
      cli.run(options.json, async (session) => {
        await openProject(session, options.project);
        const dataset = findDataset(session, options.dataset);
        const { job, ...found } = await session.services.datasets.repoint(dataset.id, absolute(session, folder));
        if (job !== null) await session.follow(job);
        const { broken } = findDataset(session, dataset.name);
        return { json: { ...found, broken }, text: `${filesText(found)}, ${counted(broken, 'image')} broken` };
      }),
    );
}

function filesText({ root, looked, missing, changed }: FilesFound): string {
  const since = changed > 0 ? `, ${changed} have changed since they were read (--look-again reads them again)` : '';
  return `${root}: ${missing} of ${counted(looked, 'image')} looked for are missing${since}`;
}
