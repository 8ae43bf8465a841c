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
import { compareImages, type Found } from './compare.ts';

const LISTED = 200;
const SHOWN = 24;
/** Which split keeps its image: figures on the test split must keep their meaning. */
const KEEP_ORDER = ['test', 'val'];

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
    const { images, sets, complete } = await compareImages(store, request);
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
      complete,
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
    const images = surplus(await compareImages(store, request), scope);
    if (images.length === 0)
      throw new FailureError({ kind: 'conflict', message: 'There is no duplicate to leave out.', remedy: '' });
    return this.#labels.apply({ on: { images }, change: { kind: 'exclude', excluded: true } });
  }

  /** Writes every group as CSV: group, kind, across, path, split, label. Errors as `find`, and those of writing. */
  async export(request: DuplicateRequest, out: string): Promise<{ groups: number }> {
    const { store } = this.#workspace.require();
    const { images, sets } = await compareImages(store, request);
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

/** Ids of the images that go: in each set all but the one that is kept, or only those outside of its split. */
function surplus({ images, sets }: Pick<Found, 'images' | 'sets'>, scope: ExclusionScope): number[] {
  const rank = (split: string): number => (KEEP_ORDER.includes(split) ? KEEP_ORDER.indexOf(split) : KEEP_ORDER.length);
  return sets.flatMap(({ items }) => {
    const members = items.flatMap((item) => images[item] ?? []);
    const [kept, ...others] = members.toSorted((a, b) => rank(a.split) - rank(b.split) || a.image - b.image);
    if (kept === undefined) return [];
    return others.filter(({ split }) => scope === 'all' || split !== kept.split).map(({ image }) => image);
  });
}
