/** Comparisons of a project's datasets on disk: what was found is there again when the project is. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { DuplicateGroup, DuplicateReport } from '../../../src-shared/domain/duplicates.ts';
import { cacheFolder } from '../files/cache.ts';
import { readIfThere } from '../files/read-if-there.ts';
import { writeTextFile } from '../files/write.ts';
import type { Store } from '../store/interface.ts';

const FORMAT = 'poster-var-duplicates/1';

/** An image of a group, with the split in which it was found. */
const Member = z.object({ image: z.number().int(), split: z.string() });
export type Member = z.infer<typeof Member>;

/** A group as it was found. */
const FoundGroup = z.object({ ...DuplicateGroup.pick({ kind: true, across: true }).shape, members: z.array(Member) });
export type FoundGroup = z.infer<typeof FoundGroup>;

/** What never changes of a comparison. */
const Facts = DuplicateReport.pick({ dataset: true, near: true, at: true, images: true, complete: true });
export type Facts = z.infer<typeof Facts>;

export interface Comparison {
  readonly facts: Facts;
  readonly groups: readonly FoundGroup[];
}

/** A line for the facts, and one for each group. */
const Head = Facts.extend({ format: z.literal(FORMAT) });

const fileOf = (store: Store, dataset: number): string =>
  join(cacheFolder(store.folder), `duplicates-${dataset}.jsonl`);

/** @throws FailureError 'disk-full' or 'unavailable'; what was kept before stays. */
export async function keepComparison(store: Store, { facts, groups }: Comparison): Promise<void> {
  const file = fileOf(store, facts.dataset);
  await mkdir(dirname(file), { recursive: true });
  function* lines(): Generator<string> {
    yield `${JSON.stringify({ format: FORMAT, ...facts } satisfies z.infer<typeof Head>)}\n`;
    for (const group of groups) yield `${JSON.stringify(group)}\n`;
  }
  await writeTextFile(file, lines());
}

/** Null where none is kept, or none that this version understands: it can be made again. */
export function keptComparison(store: Store, dataset: number): Comparison | null {
  try {
    const [head, ...groups] = (readIfThere(fileOf(store, dataset)) ?? '').trimEnd().split('\n');
    const { format: _, ...facts } = Head.parse(JSON.parse(head ?? ''));
    return { facts, groups: groups.map((line) => FoundGroup.parse(JSON.parse(line))) };
  } catch {
    return null;
  }
}

export async function forgetComparison(store: Store, dataset: number): Promise<void> {
  await rm(fileOf(store, dataset), { force: true });
}
