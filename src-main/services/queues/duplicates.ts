import { NEAR_BITS } from '../../../src-shared/domain/duplicates.ts';
import { EXPRESSION_FACES, type Expression } from '../../../src-shared/domain/expression.ts';
import { compareImages } from '../duplicates/compare.ts';
import type { QueueRule, Ranked, Ranking, RankingInput } from './ranking.ts';

/** What a pair in two splits counts more, and one with two labels. */
const LEAK = 0.02;
const DISPUTED = 0.01;

function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}

const titleOf = (label: Expression | null): string => (label === null ? 'no label' : EXPRESSION_FACES[label].title);

/** The same face twice: first those in two splits (a leak), then those with two labels. */
export const duplicates: QueueRule & { readonly rank: (input: RankingInput) => Promise<Ranking> } = {
  measure:
    'How alike two pictures are: 1 for the same bytes, else the correlation of the pictures at 32 × 32 grey where their difference hashes are alike. A pair in two splits, which leaks the test into the training, counts 0.02 more, one with two labels 0.01.',
  threshold: 0.975,
  rank: async ({ store, dataset }) => {
    const { images, twins, complete } = await compareImages(store, { dataset, near: NEAR_BITS });
    const ids = twins.flatMap(({ one, other }) => [images[one]?.image ?? 0, images[other]?.image ?? 0]);
    const rows = new Map(store.images.rows([...new Set(ids)], null).map((row) => [row.id, row]));
    const worst = new Map<number, Ranked>();
    for (const { one: a, other: b, likeness } of twins) {
      const [one, other] = [rows.get(images[a]?.image ?? 0), rows.get(images[b]?.image ?? 0)];
      if (one === undefined || other === undefined) continue;
      const leak = one.split !== other.split;
      const differ = one.label !== other.label;
      const score = likeness + (leak ? LEAK : 0) + (differ ? DISPUTED : 0);
      const alike = likeness === 1 ? 'same bytes' : `nearly the same (correlation ${likeness.toFixed(3)})`;
      for (const [own, twin] of [
        [one, other],
        [other, one],
      ] as const) {
        if ((worst.get(own.id)?.score ?? -1) >= score) continue;
        const notes = [leak ? `in “${twin.split}”` : '', differ ? `labelled ${titleOf(twin.label)}` : ''];
        const reason = [`${alike} as ${nameOf(twin.path)}`, ...notes.filter((text) => text !== '')].join(', ');
        worst.set(own.id, { image: own.id, score, reason });
      }
    }
    const caveat = complete ? null : 'So many hashes are alike that not every pair was compared: some may be missing.';
    return { images: [...worst.values()], caveat };
  },
};
