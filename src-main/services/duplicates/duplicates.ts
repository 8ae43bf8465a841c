import type {
  DuplicateGroup,
  DuplicateReport,
  DuplicateRequest,
  ExclusionScope,
} from '../../../src-shared/domain/duplicates.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { LabelBatch } from '../../../src-shared/domain/label.ts';
import { writeTextFile } from '../files/write.ts';
import { csvLine } from '../labels/csv.ts';
import type { Labels } from '../labels/labels.ts';
import type { Workspace } from '../projects/workspace.ts';
import type { Fingerprint, Store } from '../store/interface.ts';
import { confirmAlike } from './confirm.ts';
import { Groups, nearPairs } from './near.ts';

const LISTED = 200;
const SHOWN = 24;
const PAGE = 5_000;
/** Pairs of like hashes whose pictures are looked at. */
const CANDIDATES = 50_000;
/** Comparing goes on for so long before others get a turn. */
const SLICE_MS = 20;
/** Which split keeps its image: figures on the test split must keep their meaning. */
const KEEP_ORDER = ['test', 'val'];

/** The usable images of a dataset with the sets of those that are the same. */
interface Found {
  readonly images: readonly Fingerprint[];
  readonly sets: readonly {
    readonly items: readonly number[];
    readonly kind: 'exact' | 'near';
    readonly across: boolean;
  }[];
}

/** Finds images that a dataset has twice, equal or nearly so, within a split and across splits, and leaves them out. */
export class Duplicates {
  readonly #workspace: Pick<Workspace, 'require'>;
  readonly #labels: Pick<Labels, 'apply'>;

  constructor(workspace: Pick<Workspace, 'require'>, labels: Pick<Labels, 'apply'>) {
    this.#workspace = workspace;
    this.#labels = labels;
  }

  /** @throws FailureError 'not-found' for an unknown dataset. */
  async find(request: DuplicateRequest): Promise<DuplicateReport> {
    const { store } = this.#workspace.require();
    const { images, sets } = await compare(store, request);
    const count = (of: Found['sets']) => ({
      groups: of.length,
      images: of.reduce((sum, { items }) => sum + items.length, 0),
    });
    const ordered = sets.toSorted((a, b) => Number(b.across) - Number(a.across) || b.items.length - a.items.length);
    const shown = ordered.slice(0, LISTED);
    const rows = new Map(
      store.images
        .rows(
          shown.flatMap(({ items }) => items.slice(0, SHOWN).map((item) => images[item]?.image ?? 0)),
          null,
        )
        .map((row) => [row.id, row]),
    );
    const listed = shown.map(({ items, kind, across }): DuplicateGroup => ({
      kind,
      across,
      size: items.length,
      images: items.slice(0, SHOWN).flatMap((item) => {
        const row = rows.get(images[item]?.image ?? 0);
        return row === undefined ? [] : [{ id: row.id, path: row.path, split: row.split, label: row.label }];
      }),
    }));
    return {
      ...request,
      images: images.length,
      exact: count(sets.filter(({ kind }) => kind === 'exact')),
      nearly: count(sets.filter(({ kind }) => kind === 'near')),
      across: count(sets.filter(({ across }) => across)),
      surplus: { all: surplus({ images, sets }, 'all').length, across: surplus({ images, sets }, 'across').length },
      listed,
    };
  }

  /**
   * Leaves the surplus out, as one act that can be undone.
   * @throws FailureError 'not-found', and 'conflict' where there is nothing to leave out.
   */
  async exclude({ scope, ...request }: DuplicateRequest & { scope: ExclusionScope }): Promise<LabelBatch> {
    const { store } = this.#workspace.require();
    const images = surplus(await compare(store, request), scope);
    if (images.length === 0)
      throw new FailureError({ kind: 'conflict', message: 'There is no duplicate to leave out.', remedy: '' });
    return this.#labels.apply({ on: { images }, change: { kind: 'exclude', excluded: true } });
  }

  /** Writes every group as CSV: group, kind, across, path, split, label. Errors as `find`, and those of writing. */
  async export(request: DuplicateRequest, out: string): Promise<{ groups: number }> {
    const { store } = this.#workspace.require();
    const { images, sets } = await compare(store, request);
    function* lines(): Generator<string> {
      yield csvLine(['group', 'kind', 'across_splits', 'path', 'split', 'label']);
      for (const [index, { items, kind, across }] of sets.entries())
        for (const row of store.images.rows(
          items.map((item) => images[item]?.image ?? 0),
          null,
        ))
          yield csvLine([index + 1, kind, across ? 'yes' : 'no', row.path, row.split, row.label]);
    }
    await writeTextFile(out, lines());
    return { groups: sets.length };
  }
}

async function compare(store: Store, { dataset, near }: DuplicateRequest): Promise<Found> {
  if (store.datasets.get(dataset) === null)
    throw new FailureError({
      kind: 'not-found',
      message: `There is no dataset ${dataset} in this project.`,
      remedy: 'Choose one from the list of datasets.',
    });
  const images: Fingerprint[] = [];
  for (let after = 0; ;) {
    const page = store.images.fingerprints(dataset, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.image;
    for (const one of page) images.push(one);
    await new Promise(setImmediate);
  }
  const exact = new Groups(images.length);
  const firstOf = new Map<string, number>();
  for (const [index, { content }] of images.entries()) {
    const first = firstOf.get(content);
    if (first === undefined) firstOf.set(content, index);
    else exact.join(first, index);
  }
  const alike = await joinNear(store, images, exact, near);
  const sets = alike.sets().map((items) => ({
    items,
    kind: items.every((item) => exact.find(item) === exact.find(items[0] ?? 0))
      ? ('exact' as const)
      : ('near' as const),
    across: new Set(items.map((item) => images[item]?.split)).size > 1,
  }));
  return { images, sets };
}

/** Equal images, and those whose hashes are at most `near` bits apart and whose pictures then prove alike, joined. */
async function joinNear(store: Store, images: readonly Fingerprint[], exact: Groups, near: number): Promise<Groups> {
  const alike = new Groups(images.length);
  for (const index of images.keys()) alike.join(exact.find(index), index);
  if (near === 0) return alike;
  const firsts = [...images.keys()].filter((index) => exact.find(index) === index && images[index]?.hash !== '');
  const hashOf = (from: number, to: number) =>
    Uint32Array.from(firsts, (index) => Number.parseInt(images[index]?.hash.slice(from, to) ?? '0', 16));
  const pairs = new Set<number>();
  const onPair = (one: number, other: number): void => {
    if (pairs.size < CANDIDATES) pairs.add(Math.min(one, other) * firsts.length + Math.max(one, other));
  };
  let since = performance.now();
  for (const _step of nearPairs({ high: hashOf(0, 8), low: hashOf(8, 16) }, near, onPair)) {
    if (performance.now() - since < SLICE_MS) continue;
    await new Promise(setImmediate);
    since = performance.now();
  }
  const candidates = [...pairs].map((pair): [number, number] => [
    firsts[Math.floor(pair / firsts.length)] ?? 0,
    firsts[pair % firsts.length] ?? 0,
  ]);
  const confirmed = await confirmAlike(
    store,
    candidates.map(([one, other]) => [images[one]?.image ?? 0, images[other]?.image ?? 0]),
  );
  for (const [index, [one, other]] of candidates.entries()) if (confirmed[index]) alike.join(one, other);
  return alike;
}

/** Ids of the images that go: in each set all but the one that is kept, or only those outside of its split. */
function surplus({ images, sets }: Found, scope: ExclusionScope): number[] {
  const rank = (split: string): number => (KEEP_ORDER.includes(split) ? KEEP_ORDER.indexOf(split) : KEEP_ORDER.length);
  return sets.flatMap(({ items }) => {
    const members = items.flatMap((item) => images[item] ?? []);
    const [kept, ...others] = members.toSorted((a, b) => rank(a.split) - rank(b.split) || a.image - b.image);
    if (kept === undefined) return [];
    return others.filter(({ split }) => scope === 'all' || split !== kept.split).map(({ image }) => image);
  });
}
