import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { IMPORT_FORMATS } from '../../../src-shared/domain/dataset.ts';
import type { ImportCandidate, ImportFormat, ImportRequest } from '../../../src-shared/domain/dataset.ts';
import { FORMAT_TITLES } from '../../../src-shared/domain/format-titles.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { explainAccess } from '../files/access.ts';
import type { Sighting } from './formats/format.ts';
import { FORMATS } from './formats/index.ts';
import type { Source } from './source.ts';

/** A way to read a source, and as which format. */
interface Way {
  readonly format: ImportFormat;
  readonly sighting: Sighting;
}

/** What a request came to mean: the opened source, and what was seen that speaks for reading it so. */
export interface OpenedSource {
  readonly source: Source;
  readonly reason: string;
}

/**
 * Ways to read a source, the best first, each with what speaks for it. Empty where nothing looks like images with
 * labels.
 * @throws FailureError 'not-found' or 'unreadable'.
 */
export async function detectSource(source: string): Promise<ImportCandidate[]> {
  const ways = await waysIn(resolve(source), IMPORT_FORMATS);
  return ways.map((way) => ({
    format: way.format,
    path: way.sighting.path,
    variant: way.sighting.variant ?? null,
    reason: way.sighting.reason,
    certain: rivalOf(way, ways) === undefined,
    columns: [...(way.sighting.columns ?? [])],
    mapping: way.sighting.mapping ?? null,
  }));
}

async function waysIn(path: string, formats: readonly ImportFormat[]): Promise<Way[]> {
  const folder = await isFolder(path);
  const ways: Way[] = [];
  for (const format of formats)
    for (const sighting of await FORMATS[format].detect(path, folder)) ways.push({ format, sighting });
  return ways.sort((a, b) => b.sighting.strength - a.sighting.strength);
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

/**
 * Opens what a request means. `auto` takes the best way in, and never chooses between two that as much speaks for.
 * @throws FailureError 'invalid' where nothing fits or two ways do, and those of detection.
 */
export async function openRequest(request: ImportRequest): Promise<OpenedSource> {
  const path = resolve(request.source);
  const { variant } = request.choices ?? {};
  // A mapping that somebody gave means a table, whatever else lies there.
  const format = request.format === 'auto' && request.mapping !== undefined ? 'csv' : request.format;
  const ways = (await waysIn(path, format === 'auto' ? IMPORT_FORMATS : [format])).filter(
    ({ sighting }) => variant === undefined || sighting.variant === variant,
  );
  const [best] = ways;
  if (best === undefined) throw nothingThere(path, format, variant);
  const rival = rivalOf(best, ways);
  if (rival !== undefined) throw ambiguous(path, best, rival);
  return { source: await FORMATS[best.format].open(best.sighting, request), reason: best.sighting.reason };
}

/** Another way that as much or more speaks for. */
function rivalOf(way: Way, ways: readonly Way[]): Way | undefined {
  return ways.find(
    (other) =>
      other !== way && other.sighting.strength >= way.sighting.strength && !isSameWithOtherPictures(other, way),
  );
}

/** Two kinds of pictures with the same labels: the first kind is the usual one, and the other can be asked for. */
function isSameWithOtherPictures(one: Way, other: Way): boolean {
  return one.format === other.format && one.sighting.path === other.sighting.path;
}

function nothingThere(path: string, format: ImportFormat | 'auto', variant: string | undefined): FailureError {
  if (format === 'auto' || format === 'csv' || format === 'folders')
    return new FailureError({
      kind: 'invalid',
      message: `${path} holds neither a known dataset, nor class folders with images, nor a table that can be read.`,
      remedy: 'Choose a folder with one folder for each class, or a CSV or TSV file with a column of image paths.',
    });
  const title = FORMAT_TITLES[format];
  return new FailureError({
    kind: 'invalid',
    message: `${path} does not look like ${title}${variant === undefined ? '' : ` with ${variant} pictures`}.`,
    remedy: 'Choose the folder that holds all of it, or let the format be detected.',
  });
}

function ambiguous(path: string, one: Way, other: Way): FailureError {
  const told = ({ format, sighting }: Way): string => `as ${format} (${sighting.reason.replace(/\.$/, '')})`;
  const remedy =
    one.format === other.format
      ? `Choose ${one.sighting.path} or ${other.sighting.path} itself.`
      : `Say which one is meant: format ${one.format} or ${other.format}.`;
  return new FailureError({
    kind: 'invalid',
    message: `${path} can be read in two ways: ${told(one)}, or ${told(other)}.`,
    remedy,
  });
}
