import { randomUUID } from 'node:crypto';
import type { Box } from '../../../src-shared/domain/box.ts';
import type { ImportPreview, ImportRequest } from '../../../src-shared/domain/dataset.ts';
import { Random } from '../engine/random.ts';
import { inspectImage, type BoxLike } from '../images/inspect.ts';
import { mapInOrder } from '../images/parallel.ts';
import { openRequest } from './detect.ts';
import type { Location } from './locate.ts';
import { settle, voteRuleOf } from './settle.ts';
import type { GreyPixels, ImageEntry, Source, SourceEntry } from './source.ts';
import { VoteTally } from './vote-tally.ts';
import { ClassNames, Problems } from './problems.ts';

const SAMPLES = 12;
/** Largest classes whose samples are decoded; a source has eight, or is not yet mapped well. */
const SAMPLED_CLASSES = 24;
const LOOKUPS = 16;
const DECODES = 4;

/** What a thumbnail is made of: a file, perhaps the face in it, or pixels that are no file yet. */
export type PreviewFile = { readonly file: string; readonly box: BoxLike | null } | { readonly pixels: GreyPixels };

/** A preview and what is behind its thumbnails, by index. */
export interface PreviewWithFiles {
  readonly preview: ImportPreview;
  readonly files: readonly ThumbnailSource[];
}

/** A sample that is known to decode, with its box in whole pixels inside the picture. */
export type ThumbnailSource = { readonly file: string; readonly box: Box | null } | { readonly pixels: GreyPixels };

interface Sample {
  readonly path: string;
  readonly of: PreviewFile;
}

/** A fair sample of a stream: every item has the same chance to be among the kept ones (Vitter's algorithm R). */
class Reservoir {
  readonly kept: Sample[] = [];
  #seen = 0;

  offer(sample: Sample, random: Random): void {
    const place = this.#seen < SAMPLES ? this.#seen : random.integer(this.#seen + 1);
    this.#seen++;
    if (place < SAMPLES) this.kept[place] = sample;
  }
}

/**
 * What an import would do, before anything is written: all rows are counted and their files looked for; up to 12 images
 * a class are decoded; where there are votes, every rule is tried on all of them. The same source gives the same samples.
 * @throws FailureError as `openRequest`.
 */
export async function previewSource(request: ImportRequest): Promise<PreviewWithFiles> {
  const { source, reason } = await openRequest(request);
  const rule = voteRuleOf(source, request);
  const corrections = request.labels ?? {};
  const random = Random.seeded(1);
  const problems = new Problems();
  const names = new ClassNames();
  const votes = new VoteTally();
  const samples = new Map<string, Reservoir>();
  const excluded = new Map<string, number>();
  const splits: Record<string, number> = {};
  let rows = 0;
  const locate = async (entry: SourceEntry) => ({ entry, location: await placeOf(source, entry) });
  for await (const { entry, location } of mapInOrder(source.entries(), LOOKUPS, locate)) {
    if (entry.problem !== null) {
      problems.add(entry.problem);
      continue;
    }
    if (location !== null && location.problem !== null) problems.add(location.problem);
    if (location?.problem?.kind === 'outside') continue;
    rows++;
    if (entry.split !== '') splits[entry.split] = (splits[entry.split] ?? 0) + 1;
    const settled = settle(entry, request, rule);
    if (entry.votes && !entry.excluded) votes.add(entry.split, entry.votes);
    if (settled.excluded !== null) {
      excluded.set(settled.excluded, (excluded.get(settled.excluded) ?? 0) + 1);
      continue;
    }
    const { rawLabel, label } = settled;
    names.add(rawLabel, location?.path ?? entry.given, label);
    const of = sampleOf(entry, location);
    if (of === null) continue;
    const reservoir = samples.get(rawLabel) ?? new Reservoir();
    samples.set(rawLabel, reservoir);
    reservoir.offer({ path: location?.path ?? entry.given, of }, random);
  }
  for (const problem of names.problems((raw) => Object.hasOwn(corrections, raw))) problems.add(problem);

  const files: ThumbnailSource[] = [];
  const classes: ImportPreview['classes'] = [];
  for (const [index, [raw, { count, expression }]] of names.entries().entries()) {
    const kept = index < SAMPLED_CLASSES ? (samples.get(raw)?.kept ?? []) : [];
    classes.push({ raw, count, expression, samples: await decodable(kept, files, problems) });
  }
  const preview: ImportPreview = {
    preview: randomUUID(),
    rows,
    format: source.format,
    reason,
    excluded: [...excluded].sort(([, a], [, b]) => b - a).map(([why, count]) => ({ reason: why, count })),
    voteRule: rule,
    votes: votes.counts(),
    splits,
    classes,
    problems: problems.listed,
    problemCount: problems.count,
    head: source.head.map((row) => ({ ...row })),
  };
  return { preview, files };
}

/** Where a file lies; null for pixels and for what is no image. */
async function placeOf(source: Source, entry: SourceEntry): Promise<Location | null> {
  if (entry.problem !== null || entry.pixels !== undefined || source.locator === null) return null;
  return source.locator.locate(entry.given);
}

function sampleOf(entry: ImageEntry, location: Location | null): PreviewFile | null {
  if (entry.pixels !== undefined) return { pixels: entry.pixels };
  return location?.problem === null ? { file: location.file, box: entry.box ?? null } : null;
}

/** Decodes samples; the sound ones get an index in `files`, the others are listed as problems. */
async function decodable(samples: readonly Sample[], files: ThumbnailSource[], problems: Problems): Promise<number[]> {
  const indices: number[] = [];
  const inspect = async ({ path, of }: Sample) =>
    'pixels' in of
      ? { path, reason: null, found: of }
      : await inspectImage(of.file, of.box).then(({ reason, box }) => ({
          path,
          reason,
          found: { file: of.file, box },
        }));
  for await (const { path, reason, found } of mapInOrder(samples, DECODES, inspect))
    if (reason === null) indices.push(files.push(found) - 1);
    else problems.add({ path, kind: 'unreadable', reason });
  return indices;
}
