import type { SplitPlan } from '../../../src-shared/domain/dataset.ts';
import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import type { ImportTable, UndealtImage } from '../store/interface.ts';
import { dealSplits } from './split-plan.ts';

/** Split of rows for which neither the source nor a plan names one. */
export const WHOLE = 'all';
const PAGE = 2_000;

/**
 * Gives a split to every row that came without one: by the plan, or all of them the same. Twelve bytes a row are held
 * while splits are dealt, nothing else.
 */
export async function dealAll(imports: ImportTable, dataset: number, plan: SplitPlan | undefined): Promise<void> {
  const splits = Object.keys(plan?.shares ?? {});
  const dealt = plan === undefined ? null : await choose(imports, dataset, plan);
  let at = 0;
  for await (const page of pages(imports, dataset))
    imports.deal(page.map(({ image }) => ({ image, split: splits[dealt?.[at++] ?? -1] ?? WHOLE })));
  imports.settleSplits(dataset);
}

async function choose(imports: ImportTable, dataset: number, plan: SplitPlan): Promise<Uint8Array> {
  const strata: number[] = [];
  const groups: number[] = [];
  for await (const page of pages(imports, dataset))
    for (const { label, status, twin } of page) {
      const index = label === null ? EXPRESSIONS.length : EXPRESSIONS.indexOf(label);
      strata.push(index * 2 + (status === 'ok' ? 0 : 1));
      groups.push(twin);
    }
  return dealSplits(strata, groups, plan);
}

/** Pages of rows without a split, one after the other. */
async function* pages(imports: ImportTable, dataset: number): AsyncGenerator<UndealtImage[]> {
  for (let after = 0; ;) {
    const page = imports.undealt(dataset, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.image;
    yield page;
    await new Promise(setImmediate);
  }
}
