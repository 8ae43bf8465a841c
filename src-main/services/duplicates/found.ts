import {
  GROUP_NAMED,
  GROUP_SHOWN,
  type DuplicateGroup,
  type DuplicateReport,
  type ExclusionScope,
  type GroupFilter,
} from '../../../src-shared/domain/duplicates.ts';
import type { Store } from '../store/interface.ts';
import type { Found } from './compare.ts';
import type { Comparison, Facts, FoundGroup, Member } from './kept.ts';

/** Which split keeps its image: figures on the test split must keep their meaning. */
const KEEP_ORDER = ['test', 'val'];

const isAcross = (members: readonly Member[]): boolean => new Set(members.map(({ split }) => split)).size > 1;

/** A comparison's outcome as it is kept, as of now. */
export function comparisonOf(
  { dataset, near }: { dataset: number; near: number },
  { images, sets, complete }: Found,
): Comparison {
  const groups = sets
    .map(({ items, kind, across }) => ({
      kind,
      across,
      members: items.flatMap((item) => {
        const found = images[item];
        return found === undefined ? [] : [{ image: found.image, split: found.split }];
      }),
    }))
    .sort((a, b) => Number(b.across) - Number(a.across) || b.members.length - a.members.length);
  return { facts: { dataset, near, at: new Date().toISOString(), images: images.length, complete }, groups };
}

/** What a comparison found, and what of it still counts: people leave images out, and take that back, while they look at it. */
export class FoundGroups {
  /** Those across splits first, larger ones before smaller ones; the order never changes. */
  readonly groups: readonly FoundGroup[];
  readonly #store: Store;
  readonly #facts: Facts;

  constructor(store: Store, { facts, groups }: Comparison) {
    this.#store = store;
    this.#facts = facts;
    this.groups = groups;
  }

  report(): DuplicateReport {
    const left = this.#left();
    const open = left.filter(({ members }) => members.length > 1);
    const count = (of: readonly FoundGroup[]): { groups: number; images: number } => ({
      groups: of.length,
      images: of.reduce((sum, { members }) => sum + members.length, 0),
    });
    return {
      ...this.#facts,
      exact: count(open.filter(({ kind }) => kind === 'exact')),
      nearly: count(open.filter(({ kind }) => kind === 'near')),
      across: count(open.filter(({ members }) => isAcross(members))),
      settled: left.length - open.length,
      surplus: { all: surplusOf(open, 'all').length, across: surplusOf(open, 'across').length },
    };
  }

  /** A page of the groups that a filter leaves, with their images as they are now. */
  page(only: GroupFilter, offset: number, limit: number): { total: number; groups: DuplicateGroup[] } {
    const wanted = this.groups
      .map((group, index) => ({ ...group, index }))
      .filter(({ kind, across }) => only === 'all' || (only === 'across' ? across : kind === only));
    const shown = wanted.slice(offset, offset + limit);
    const images = this.#store.images;
    const usable = images.usableOf(shown.flatMap(({ members }) => members.map(({ image }) => image)));
    const heads = shown.flatMap(({ members }) => members.slice(0, GROUP_SHOWN).map(({ image }) => image));
    const rows = new Map(images.rows(heads, null).map((row) => [row.id, row]));
    const groups = shown.map(({ index, kind, across, members }): DuplicateGroup => ({
      ...{ group: index, kind, across, size: members.length },
      usable: members.filter(({ image }) => usable.has(image)).length,
      images: members.slice(0, GROUP_SHOWN).flatMap(({ image }) => {
        const row = rows.get(image);
        if (row === undefined) return [];
        const { id, path, split, label, status, box } = row;
        return [{ id, path, split, label, status, box }];
      }),
      ids: members.slice(0, GROUP_NAMED).map(({ image }) => image),
    }));
    return { total: wanted.length, groups };
  }

  /** Ids of the images that go: in each group all but the one that is kept, or only those outside of its split. */
  surplus(scope: ExclusionScope): number[] {
    return surplusOf(this.#left(), scope);
  }

  /** Usable images of one group without the kept one; empty where the group does not have it. */
  others(group: number, keep: number): number[] {
    const members = this.groups[group]?.members.map(({ image }) => image) ?? [];
    if (!members.includes(keep)) return [];
    const usable = this.#store.images.usableOf(members);
    return members.filter((image) => image !== keep && usable.has(image));
  }

  /** The groups with only those images that are usable now. */
  #left(): FoundGroup[] {
    const usable = this.#store.images.usableOf(this.groups.flatMap(({ members }) => members.map(({ image }) => image)));
    return this.groups.map((group) => ({ ...group, members: group.members.filter(({ image }) => usable.has(image)) }));
  }
}

function surplusOf(groups: readonly FoundGroup[], scope: ExclusionScope): number[] {
  const rank = (split: string): number => (KEEP_ORDER.includes(split) ? KEEP_ORDER.indexOf(split) : KEEP_ORDER.length);
  return groups.flatMap(({ members }) => {
    const [kept, ...others] = members.toSorted((a, b) => rank(a.split) - rank(b.split) || a.image - b.image);
    if (kept === undefined) return [];
    return others.filter(({ split }) => scope === 'all' || split !== kept.split).map(({ image }) => image);
  });
}
