import { randomUUID } from 'node:crypto';
import type { ImportPreview, ImportRequest } from '../../../src-shared/domain/dataset.ts';
import { mapLabel } from '../../../src-shared/domain/synonyms.ts';
import { Random } from '../engine/random.ts';
import { inspectImage } from '../images/inspect.ts';
import { mapInOrder } from '../images/parallel.ts';
import { openRequest } from './detect.ts';
import type { SourceEntry } from './entry.ts';
import { ClassNames, Problems } from './problems.ts';

const SAMPLES = 12;
/** Largest classes whose samples are decoded; a source has eight, or is not yet mapped well. */
const SAMPLED_CLASSES = 24;
const LOOKUPS = 16;
const DECODES = 4;

/** A preview and the files behind its thumbnails, by index. */
export interface PreviewWithFiles {
  readonly preview: ImportPreview;
  readonly files: readonly string[];
}

interface Sample {
  readonly path: string;
  readonly file: string;
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
 * a class are decoded. The same source gives the same samples.
 * @throws FailureError as `openRequest`.
 */
export async function previewSource(request: ImportRequest): Promise<PreviewWithFiles> {
  const source = await openRequest(request);
  const corrections = request.labels ?? {};
  const random = Random.seeded(1);
  const problems = new Problems();
  const names = new ClassNames();
  const samples = new Map<string, Reservoir>();
  const splits: Record<string, number> = {};
  let rows = 0;
  const locate = async (entry: SourceEntry) =>
    entry.problem === null ? { entry, location: await source.locator.locate(entry.given) } : { entry, location: null };
  for await (const { entry, location } of mapInOrder(source.entries(), LOOKUPS, locate)) {
    if (entry.problem !== null) {
      problems.add(entry.problem);
      continue;
    }
    if (location === null) continue;
    if (location.problem !== null) problems.add(location.problem);
    if (location.problem?.kind === 'outside') continue;
    rows++;
    names.add(entry.rawLabel, location.path, mapLabel(entry.rawLabel, corrections));
    if (entry.split !== '') splits[entry.split] = (splits[entry.split] ?? 0) + 1;
    if (location.problem !== null) continue;
    const reservoir = samples.get(entry.rawLabel) ?? new Reservoir();
    samples.set(entry.rawLabel, reservoir);
    reservoir.offer({ path: location.path, file: location.file }, random);
  }
  for (const problem of names.problems((raw) => Object.hasOwn(corrections, raw))) problems.add(problem);

  const files: string[] = [];
  const classes: ImportPreview['classes'] = [];
  for (const [index, [raw, { count, expression }]] of names.entries().entries()) {
    const kept = index < SAMPLED_CLASSES ? (samples.get(raw)?.kept ?? []) : [];
    classes.push({ raw, count, expression, samples: await decodable(kept, files, problems) });
  }
  const preview = {
    preview: randomUUID(),
    rows,
    splits,
    classes,
    problems: problems.listed,
    problemCount: problems.count,
    head: source.head.map((row) => ({ ...row })),
  };
  return { preview, files };
}

/** Decodes samples; the sound ones get an index in `files`, the others are listed as problems. */
async function decodable(samples: readonly Sample[], files: string[], problems: Problems): Promise<number[]> {
  const indices: number[] = [];
  const inspect = async (sample: Sample) => ({ sample, reason: (await inspectImage(sample.file)).reason });
  for await (const { sample, reason } of mapInOrder(samples, DECODES, inspect))
    if (reason === null) indices.push(files.push(sample.file) - 1);
    else problems.add({ path: sample.path, kind: 'unreadable', reason });
  return indices;
}
