import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { ImportCandidate, ImportRequest } from '../../../src-shared/domain/dataset.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { explainAccess } from '../files/access.ts';
import { findBase } from './base-folder.ts';
import { guessMapping, voteColumns } from './columns.ts';
import { folderLayout, surveyFolders } from './folders.ts';
import { isTableName } from '../files/kinds.ts';
import { openFolders, openTableSource } from './source.ts';
import type { Source } from './source.ts';
import { openTable } from './table/table.ts';

/** Tables of one folder that are looked at. */
const TABLES = 12;
/** Class names that are listed in a reason. */
const LISTED = 8;

/** A candidate with how well it fits: 3 says all, 0 nothing. */
type Scored = ImportCandidate & { readonly score: number };

/**
 * Ways to read a source, the best first, each with what speaks for it. Empty where nothing looks like images with
 * labels.
 * @throws FailureError 'not-found' or 'unreadable'.
 */
export async function detectSource(source: string): Promise<ImportCandidate[]> {
  const path = resolve(source);
  const folder = await isFolder(path);
  const found = folder
    ? [...(await Promise.all((await tablesIn(path)).map(tableOrNull))), await folderCandidate(path)]
    : [await tableCandidate(path)];
  return found
    .filter((candidate) => candidate !== null && candidate.score > 0)
    .filter((candidate): candidate is Scored => candidate !== null)
    .sort((a, b) => b.score - a.score)
    .map(({ score: _score, ...candidate }) => candidate);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (thrown) {
    const reason = explainAccess(thrown);
    throw new FailureError({
      kind: reason === 'File not found.' ? 'not-found' : 'unreadable',
      message: `The source ${path} cannot be opened. ${reason}`,
      remedy: 'Choose a folder of images, or a CSV or TSV file.',
    });
  }
}

async function tablesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => isTableName(name) && !name.startsWith('.'))
    .sort()
    .slice(0, TABLES)
    .map((name) => join(folder, name));
}

/** A file beside the images that is no readable table speaks for nothing; asked for by name it is an error. */
async function tableOrNull(path: string): Promise<Scored | null> {
  try {
    return await tableCandidate(path);
  } catch (thrown) {
    if (thrown instanceof FailureError) return null;
    throw thrown;
  }
}

const DELIMITER_NAMES = { ',': 'commas', '\t': 'tabs', ';': 'semicolons' } as const;

async function tableCandidate(path: string): Promise<Scored> {
  const table = await openTable(path);
  const columns = [...table.columns];
  const mapping = guessMapping(columns, table.head);
  const delimiter = DELIMITER_NAMES[table.dialect.delimiter];
  const saw = `${basename(path)} is a table separated by ${delimiter} with ${columns.length} columns`;
  if (mapping === null)
    return {
      format: 'csv',
      path,
      variant: null,
      columns,
      mapping,
      score: 1,
      reason: `${saw}; none looks like image paths and labels.`,
    };
  const at = columns.indexOf(mapping.path);
  const base = await findBase(
    path,
    table.head.map((row) => row[at] ?? ''),
  );
  const place = relative(dirname(path), join(base.root, base.base)) || 'the folder of the table';
  const files =
    base.found === 0
      ? 'none of the first images is found beside it'
      : `${base.found} of the first ${base.tried} images are found in ${place}`;
  const votes = voteColumns(columns, table.head);
  const counts = votes.length > 0 ? `; ${votes.length} columns hold vote counts` : '';
  return {
    format: 'csv',
    path,
    variant: null,
    columns,
    mapping,
    score: base.found === 0 ? 1.5 : 3,
    reason: `${saw}: “${mapping.path}” names images and “${mapping.label}” labels; ${files}${counts}.`,
  };
}

async function folderCandidate(path: string): Promise<Scored | null> {
  const { root, wrapped } = await folderLayout(path);
  const survey = await surveyFolders(root);
  if (!survey.hasImages) return null;
  const classes = survey.classes.length;
  const list = survey.classes.slice(0, LISTED).join(', ') + (classes > LISTED ? ', …' : '');
  const where = wrapped ? ` in ${basename(root)}` : '';
  const splits = survey.splits.length > 0 ? ` under ${survey.splits.join(', ')}` : '';
  const reason =
    classes === 0
      ? `Images${where}${splits} without class folders: they come in without labels.`
      : `${classes} class ${classes === 1 ? 'folder' : 'folders'}${where}${splits} (${list}), ` +
        `${survey.known} of them known expressions.`;
  // Names that mean expressions speak louder than folders that only hold images.
  const score = survey.known >= 2 ? 2.5 : classes >= 2 ? 2 : 1.2;
  return { format: 'folders', path: root, variant: null, columns: [], mapping: null, score, reason };
}

/**
 * Opens what a request means. `auto` takes the best way that needs no more answers.
 * @throws FailureError 'invalid' where nothing fits, or where a table's columns must be mapped first.
 */
export async function openRequest(request: ImportRequest): Promise<Source> {
  const path = resolve(request.source);
  if (request.format === 'folders') return openFolders(path);
  if (request.format === 'csv' && request.mapping !== undefined && !(await isFolder(path)))
    return openTableSource(path, request.mapping);
  const candidates = (await detectSource(path)).filter(
    ({ format }) => request.format === 'auto' || format === request.format,
  );
  // A mapping that somebody gave means a table, whatever else lies there.
  const chosen = request.mapping === undefined ? candidates[0] : candidates.find(({ format }) => format === 'csv');
  if (chosen === undefined)
    throw new FailureError({
      kind: 'invalid',
      message: `${path} holds neither class folders with images nor a table that can be read.`,
      remedy: 'Choose a folder with one folder for each class, or a CSV or TSV file with a column of image paths.',
    });
  if (chosen.format === 'folders') return openFolders(chosen.path);
  const mapping = request.mapping ?? chosen.mapping;
  if (mapping === null)
    throw new FailureError({
      kind: 'invalid',
      message: chosen.reason,
      remedy: `Say which column holds the path and which the label, among: ${chosen.columns.join(', ')}.`,
    });
  return openTableSource(chosen.path, mapping);
}
