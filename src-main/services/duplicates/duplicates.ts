import type {
  DuplicateExclusion,
  DuplicateGroup,
  DuplicateReport,
  DuplicateRequest,
  GroupFilter,
} from '../../../src-shared/domain/duplicates.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { LabelBatch } from '../../../src-shared/domain/label.ts';
import { writeTextFile } from '../files/write.ts';
import { csvLine } from '../labels/csv.ts';
import type { Labels } from '../labels/labels.ts';
import type { Workspace } from '../projects/workspace.ts';
import type { Store } from '../store/interface.ts';
import { compareImages } from './compare.ts';
import { stopWhenCancelled } from './confirm.ts';
import { comparisonOf, FoundGroups } from './found.ts';
import { keepComparison, keptComparison } from './kept.ts';

/** Finds images that a dataset has twice, equal or nearly so, within a split and across splits, and leaves them out. */
export class Duplicates {
  readonly #workspace: Pick<Workspace, 'require'>;
  readonly #labels: Pick<Labels, 'apply'>;
  /** The last comparison of each dataset that was looked at since its project was opened. */
  readonly #found = new WeakMap<Store, Map<number, FoundGroups>>();

  constructor(workspace: Pick<Workspace, 'require'>, labels: Pick<Labels, 'apply'>) {
    this.#workspace = workspace;
    this.#labels = labels;
  }

  /**
   * Compares the images of a dataset, in a job; afterwards `report` and `groups` tell what it found.
   * @throws FailureError 'not-found' for an unknown dataset.
   */
  find(request: DuplicateRequest): { job: number } {
    const { store, jobs } = this.#workspace.require();
    const { dataset } = request;
    const name = store.datasets.get(dataset)?.name;
    if (name === undefined) throw unknownDataset(dataset);
    const title = `Look for duplicates in ${name}`;
    const spec = { kind: 'duplicates', title, unit: 'comparisons', lane: 'files', dataset } as const;
    const job = jobs.start(spec, async (context) => {
      const comparison = comparisonOf(request, await compareImages(store, request, context));
      stopWhenCancelled(context);
      this.#ofStore(store).set(dataset, new FoundGroups(store, comparison));
      await keepComparison(store, comparison);
    });
    return { job };
  }

  /** What the last comparison found, counted over what is usable now; null before the first. */
  report(dataset: number): DuplicateReport | null {
    return this.#last(dataset)?.report() ?? null;
  }

  /** @throws FailureError 'gone' before the first comparison. */
  groups(
    dataset: number,
    { only, offset, limit }: { only: GroupFilter; offset: number; limit: number },
  ): { total: number; groups: DuplicateGroup[] } {
    return this.#require(dataset).page(only, offset, limit);
  }

  /**
   * Leaves the surplus out, or of one group all but one image, as one act that can be undone.
   * @throws FailureError 'gone' before the first comparison, 'conflict' where there is nothing to leave out.
   */
  exclude(dataset: number, what: DuplicateExclusion, annotator?: string): LabelBatch {
    const found = this.#require(dataset);
    const images = 'scope' in what ? found.surplus(what.scope) : found.others(what.group, what.keep);
    if (images.length === 0)
      throw new FailureError({ kind: 'conflict', message: 'There is no duplicate to leave out.', remedy: '' });
    return this.#labels.apply({ on: { images }, change: { kind: 'exclude', excluded: true }, annotator });
  }

  /** Writes every group as CSV: group, kind, across, path, split, label. Errors as `groups`, and those of writing. */
  async export(dataset: number, out: string): Promise<{ groups: number }> {
    const { store } = this.#workspace.require();
    const { groups } = this.#require(dataset);
    function* lines(): Generator<string> {
      yield csvLine(['group', 'kind', 'across_splits', 'path', 'split', 'label']);
      for (const [index, { members, kind, across }] of groups.entries())
        for (const row of store.images.rows(
          members.map(({ image }) => image),
          null,
        ))
          yield csvLine([index + 1, kind, across ? 'yes' : 'no', row.path, row.split, row.label]);
    }
    await writeTextFile(out, lines());
    return { groups: groups.length };
  }

  #last(dataset: number): FoundGroups | null {
    const { store } = this.#workspace.require();
    if (store.datasets.get(dataset) === null) throw unknownDataset(dataset);
    const ofStore = this.#ofStore(store);
    const found = ofStore.get(dataset);
    if (found !== undefined) return found;
    const kept = keptComparison(store, dataset);
    if (kept === null) return null;
    const again = new FoundGroups(store, kept);
    ofStore.set(dataset, again);
    return again;
  }

  #ofStore(store: Store): Map<number, FoundGroups> {
    const ofStore = this.#found.get(store) ?? new Map<number, FoundGroups>();
    this.#found.set(store, ofStore);
    return ofStore;
  }

  #require(dataset: number): FoundGroups {
    const found = this.#last(dataset);
    if (found !== null) return found;
    throw new FailureError({
      kind: 'gone',
      message: 'The images of this dataset have not been compared.',
      remedy: 'Look for duplicates first.',
    });
  }
}

function unknownDataset(dataset: number): FailureError {
  return new FailureError({
    kind: 'not-found',
    message: `There is no dataset ${dataset} in this project.`,
    remedy: 'Choose one from the list of datasets.',
  });
}
