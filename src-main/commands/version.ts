import type { Command } from 'commander';
import { EXPRESSION_FACES, type Expression } from '../../src-shared/domain/expression.ts';
import type { Version, VersionDifference } from '../../src-shared/domain/version.ts';
import type { Cli } from './cli.ts';
import { findDataset, findVersion, openProject } from './find.ts';
import type { Outcome, Session } from './session.ts';
import { count, counted, table } from './text.ts';

interface VersionOptions {
  readonly project: string;
  readonly dataset?: string;
  readonly note?: string;
  readonly json?: boolean;
}

export function versionCommand(cli: Cli): Command {
  const group = cli.group(
    'version',
    'name the labels as they are now, compare with a named state, go back to it',
    'version create "after review" --project study',
  );
  const command = (name: string, description: string, example: string): Command =>
    cli
      .command(name, description, example)
      .requiredOption('--project <dir>', 'project folder')
      .option('--dataset <name>', 'dataset (default: the only one)');
  return group
    .addCommand(
      command('create', 'name the present labels', 'version create "after review" --project study')
        .argument('<name>', 'name of the version')
        .option('--note <text>', 'what it is for', '')
        .action((name: string, options: VersionOptions) =>
          cli.run(options.json, (session) => create(session, name, options)),
        ),
    )
    .addCommand(
      command('list', 'list the versions of a dataset', 'version list --project study').action(
        (options: VersionOptions) => cli.run(options.json, (session) => list(session, options)),
      ),
    )
    .addCommand(
      command('diff', 'what differs between two versions, or from one to now', 'version diff start --project study')
        .argument('<before>', 'name of a version')
        .argument('[after]', 'name of another (default: the labels as they are now)')
        .action((before: string, after: string | undefined, options: VersionOptions) =>
          cli.run(options.json, (session) => diff(session, before, after, options)),
        ),
    )
    .addCommand(
      command(
        'restore',
        'bring the labels back to a version, as an act that can be undone',
        'version restore start --project study',
      )
        .argument('<name>', 'name of the version')
        .action((name: string, options: VersionOptions) =>
          cli.run(options.json, (session) => restore(session, name, options)),
        ),
    );
}

async function restore(session: Session, name: string, options: VersionOptions): Promise<Outcome> {
  await openProject(session, options.project);
  const version = await findVersion(session, findDataset(session, options.dataset), name);
  const { changed, description } = session.services.labels.restore(version.id);
  return { json: { version: version.name, changed }, text: description };
}

async function create(session: Session, name: string, options: VersionOptions): Promise<Outcome> {
  await openProject(session, options.project);
  const { id: dataset } = findDataset(session, options.dataset);
  const version = await session.services.versions.create({ dataset, name, note: options.note ?? '' });
  return {
    json: { ...version },
    text: `"${version.name}": ${counted(version.labelled, 'labelled image')}, ${version.contentHash}`,
  };
}

async function list(session: Session, options: VersionOptions): Promise<Outcome> {
  await openProject(session, options.project);
  const versions = await session.services.versions.list(findDataset(session, options.dataset).id);
  const rows = versions.map(versionRow);
  return {
    json: { versions },
    text: table(['version', 'made', 'by', 'labelled', 'changed since', 'note'], rows),
  };
}

function versionRow({ name, at, annotator, labelled, changedSince, note }: Version): string[] {
  return [name, at.slice(0, 16).replace('T', ' '), annotator, count(labelled), count(changedSince), note];
}

async function diff(
  session: Session,
  before: string,
  after: string | undefined,
  options: VersionOptions,
): Promise<Outcome> {
  await openProject(session, options.project);
  const dataset = findDataset(session, options.dataset);
  const found = await session.services.versions.difference({
    before: (await findVersion(session, dataset, before)).id,
    after: after === undefined ? null : (await findVersion(session, dataset, after)).id,
  });
  return { json: { ...found }, text: differenceText(found) };
}

function differenceText({ images, labels, excluded, included, boxes, annotators }: VersionDifference): string {
  if (images === 0) return 'Nothing differs.';
  const title = (label: Expression | null): string => (label === null ? 'no label' : EXPRESSION_FACES[label].title);
  const others = [
    ['excluded', excluded],
    ['included again', included],
    ['box drawn or moved', boxes],
  ] as const;
  return [
    `${counted(images, 'image')} differ:`,
    table(
      ['from', 'to', 'images'],
      labels.map((one) => [title(one.from), title(one.to), count(one.images)]),
    ),
    ...others.flatMap(([what, number]) => (number === 0 ? [] : [`${count(number)} ${what}`])),
    `By ${annotators.map(({ annotator, images: on }) => `${annotator} (${count(on)})`).join(', ')}.`,
  ].join('\n');
}
