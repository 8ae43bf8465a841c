/** Annotations of the same pictures from another project: matched by the hash of their bytes, conflicts named, nothing overwritten. */
import { resolve } from 'node:path';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { EXPRESSION_FACES } from '../../../src-shared/domain/expression.ts';
import type { LabelChange, LabelRole, Opinion } from '../../../src-shared/domain/label.ts';
import {
  MERGE_LISTED,
  type MergeConflict,
  type MergePlan,
  type MergeSource,
} from '../../../src-shared/domain/merge.ts';
import { requireDataset } from '../runs/context.ts';
import type { ImageAsOf, Store } from '../store/interface.ts';
import { opinionInWords, softInWords } from '../store/opinions.ts';
import { openReader } from '../store/reader.ts';

const PAGE = 500;

/** One thing that a merge brings here. */
export interface MergeItem {
  readonly image: number;
  readonly change: LabelChange;
  readonly as: LabelRole;
  /** Whose opinion it is; null: no opinion. */
  readonly voter: string | null;
}

/** The whole plan: what is taken, and each conflict with what taking theirs would do. */
export interface MergeFound {
  readonly plan: MergePlan;
  readonly items: readonly MergeItem[];
  readonly conflicts: readonly { readonly conflict: MergeConflict; readonly item: MergeItem }[];
}

/** @throws FailureError 'not-found', 'invalid' for the project itself or one without the same pictures, 'unreadable', 'unsupported'. */
export function mergeIn(ours: Store, source: MergeSource): MergeFound {
  requireDataset({ store: ours }, source.dataset);
  if (resolve(source.project) === resolve(ours.folder))
    throw new FailureError({
      kind: 'invalid',
      message: 'This is the project that is open.',
      remedy: 'Choose the folder of another one.',
    });
  const reader = openReader(source.project);
  try {
    return reader.snapshot(() => mergeWith(ours, reader.store, source));
  } finally {
    reader.close();
  }
}

function mergeWith(ours: Store, theirs: Store, { dataset, project, from }: MergeSource): MergeFound {
  const own = byContent(imagesOf(ours, dataset));
  const candidates = theirs.datasets
    .list()
    .filter(({ name }) => from === undefined || name === from)
    .map((one) => ({ ...one, pictures: byContent(imagesOf(theirs, one.id)) }))
    .map((one) => ({ ...one, matched: [...one.pictures.keys()].filter((hash) => own.has(hash)).length }))
    .toSorted((a, b) => b.matched - a.matched);
  const [best] = candidates;
  if (best === undefined || best.matched === 0)
    throw new FailureError({
      kind: 'invalid',
      message:
        best === undefined && from !== undefined
          ? `That project has no dataset “${from}”.`
          : 'No picture of that project is in this dataset.',
      remedy: 'Pictures are matched by their bytes: choose a project of the same files.',
    });
  const [mine, others] = [opinionsOf(ours, dataset), opinionsOf(theirs, best.id)];
  const items: MergeItem[] = [];
  const conflicts: { conflict: MergeConflict; item: MergeItem }[] = [];
  const taken = { labels: 0, opinions: 0, exclusions: 0, flags: 0, notes: 0 };
  for (const [hash, there] of best.pictures) {
    const here = own.get(hash);
    if (here === undefined) continue;
    const about = { image: here.id, path: here.path };
    const decide = (
      part: MergeConflict['part'],
      item: Omit<MergeItem, 'image'>,
      told: Pick<MergeConflict, 'ours' | 'theirs' | 'oursAt' | 'theirsAt'> | null,
    ): void => {
      const whole = { ...item, image: here.id };
      if (told === null) {
        items.push(whole);
        taken[`${part}s`] += 1;
        return;
      }
      const key = `${here.id}/${part}${item.voter === null ? '' : `/${item.voter}`}`;
      conflicts.push({ conflict: { key, ...about, part, annotator: item.voter, ...told }, item: whole });
    };
    // The label counts where a person has set it.
    if (there.annotator !== null && !sameLabel(here, there) && there.label !== null) {
      const change: LabelChange =
        there.soft === null ? { kind: 'hard', label: there.label } : { kind: 'soft', soft: there.soft };
      const words = { ours: labelInWords(here), theirs: labelInWords(there), oursAt: here.at, theirsAt: there.at };
      decide('label', { change, as: 'decision', voter: null }, here.annotator === null ? null : words);
    }
    for (const [annotator, opinion] of others.get(there.id) ?? []) {
      const standing = mine.get(here.id)?.get(annotator);
      if (standing !== undefined && JSON.stringify(standing) === JSON.stringify(opinion)) continue;
      const item = { change: changeOf(opinion), as: 'opinion', voter: annotator } as const;
      const words = standing && {
        ...{ ours: opinionInWords(standing), theirs: opinionInWords(opinion), oursAt: null, theirsAt: null },
      };
      decide('opinion', item, words ?? null);
    }
    if (there.note !== '' && there.note !== here.note) {
      const words = { ours: here.note, theirs: there.note, oursAt: null, theirsAt: null };
      const change: LabelChange = { kind: 'note', note: there.note };
      decide('note', { change, as: 'decision', voter: null }, here.note === '' ? null : words);
    }
    if (there.status === 'excluded' && here.status === 'ok') {
      items.push({ image: here.id, change: { kind: 'exclude', excluded: true }, as: 'decision', voter: null });
      taken.exclusions += 1;
    }
    if (there.flagged && !here.flagged) {
      items.push({ image: here.id, change: { kind: 'flag', flagged: true }, as: 'decision', voter: null });
      taken.flags += 1;
    }
  }
  const plan: MergePlan = {
    ...{ project, from: best.name, matched: best.matched },
    onlyHere: own.size - best.matched,
    onlyThere: best.pictures.size - best.matched,
    ...taken,
    conflicts: conflicts.length,
    listed: conflicts.slice(0, MERGE_LISTED).map(({ conflict }) => conflict),
  };
  return { plan, items, conflicts };
}

function imagesOf(store: Store, dataset: number): ImageAsOf[] {
  const ids = [...store.images.ids({ dataset, run: null, q: '', sort: 'id', descending: false })];
  const found: ImageAsOf[] = [];
  for (let from = 0; from < ids.length; from += PAGE)
    found.push(...store.history.images(ids.slice(from, from + PAGE), null));
  return found;
}

/** The first image of each content: the same bytes twice are one picture. */
function byContent(images: readonly ImageAsOf[]): Map<string, ImageAsOf> {
  const found = new Map<string, ImageAsOf>();
  for (const image of images)
    if (image.contentHash !== '' && !found.has(image.contentHash)) found.set(image.contentHash, image);
  return found;
}

function opinionsOf(store: Store, dataset: number): Map<number, Map<string, Opinion>> {
  const found = new Map<number, Map<string, Opinion>>();
  for (const { image, annotator, opinion } of store.opinions.of(dataset))
    found.set(image, (found.get(image) ?? new Map<string, Opinion>()).set(annotator, opinion));
  return found;
}

function changeOf(opinion: Opinion): LabelChange {
  if (opinion.kind === 'hard') return { kind: 'hard', label: opinion.label };
  return opinion.kind === 'soft' ? { kind: 'soft', soft: opinion.soft } : { kind: opinion.kind };
}

function sameLabel(one: ImageAsOf, other: ImageAsOf): boolean {
  return one.label === other.label && JSON.stringify(one.soft) === JSON.stringify(other.soft);
}

function labelInWords({ label, soft, annotator }: ImageAsOf): string {
  const what = soft !== null ? softInWords(soft) : label === null ? 'no label' : EXPRESSION_FACES[label].title;
  return annotator === null ? what : `${what}, by ${annotator}`;
}
