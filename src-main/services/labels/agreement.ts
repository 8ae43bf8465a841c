import type { Agreement } from '../../../src-shared/domain/agreement.ts';
import { EXPRESSIONS, type Expression } from '../../../src-shared/domain/expression.ts';
import { cohenKappa, fleissKappa, krippendorffAlpha } from '../../../src-shared/metrics/agreement.ts';
import { Random } from '../engine/random.ts';
import { percentileInterval } from '../statistics/bootstrap.ts';
import type { Store } from '../store/interface.ts';

/** Draws of images behind the intervals of Fleiss' kappa and Krippendorff's alpha. */
const RESAMPLES = 1_000;
/** Equal judgements give equal intervals. */
const SEED = 1;

type Judgements = ReadonlyMap<string, Expression>;

/** How far people agree on a dataset, and what a majority of them proposes. */
export function agreementOf(store: Store, dataset: number): Agreement {
  const byImage = new Map<number, Map<string, Expression>>();
  const people = new Map<string, { name: string; judged: number; unsure: number }>();
  for (const { image, annotator, opinion } of store.opinions.of(dataset)) {
    const person = people.get(annotator) ?? { name: annotator, judged: 0, unsure: 0 };
    people.set(annotator, person);
    if (opinion.kind === 'unsure') person.unsure += 1;
    if (opinion.kind !== 'hard' && opinion.kind !== 'soft') continue;
    person.judged += 1;
    const judgements = byImage.get(image) ?? new Map<string, Expression>();
    byImage.set(image, judgements.set(annotator, opinion.label));
  }
  const shared = new Map([...byImage].filter(([, judgements]) => judgements.size > 1));
  const units = [...shared.values()].map((one) => [...one.values()].map((label) => EXPRESSIONS.indexOf(label)));
  const names = [...people.keys()].sort();
  return {
    annotators: names.flatMap((name) => people.get(name) ?? []),
    pairs: names.flatMap((first, at) =>
      names.slice(at + 1).flatMap((second) => pairOf(first, second, [...shared.values()])),
    ),
    fleiss: withInterval(units, (drawn) => fleissKappa(drawn.map(countsOf))),
    alpha: withInterval(units, krippendorffAlpha),
    images: shared.size,
    split: units.filter((labels) => new Set(labels).size > 1).length,
    proposals: proposals(store, shared),
  };
}

function countsOf(labels: readonly number[]): number[] {
  return EXPRESSIONS.map((_, at) => labels.filter((label) => label === at).length);
}

function pairOf(first: string, second: string, all: readonly Judgements[]): Agreement['pairs'] {
  const common = all.flatMap((judgements) => {
    const [a, b] = [judgements.get(first), judgements.get(second)];
    return a === undefined || b === undefined ? [] : [[EXPRESSIONS.indexOf(a), EXPRESSIONS.indexOf(b)] as const];
  });
  if (common.length === 0) return [];
  const result = cohenKappa(
    common.map(([a]) => a),
    common.map(([, b]) => b),
  );
  const interval: [number, number] | null = result === null ? null : [result.low, result.high];
  return [{ first, second, images: common.length, kappa: result?.kappa ?? null, interval }];
}

/** A figure with its percentile bootstrap interval over images. */
function withInterval(
  units: readonly (readonly number[])[],
  figure: (units: readonly (readonly number[])[]) => number | null,
): { value: number; interval: [number, number] | null } | null {
  const value = figure(units);
  if (value === null) return null;
  const random = Random.seeded(SEED);
  const drawn = Array.from({ length: RESAMPLES }, () =>
    figure(Array.from(units, () => units[random.integer(units.length)] ?? [])),
  );
  const interval = percentileInterval(drawn);
  return { value, interval: interval === null ? null : [interval[0], interval[1]] };
}

/** Strict majorities of at least two judgements that differ from the label that stands. */
function proposals(store: Store, shared: ReadonlyMap<number, Judgements>): Agreement['proposals'] {
  const ids = [...shared.keys()];
  const standing = new Map(store.images.rows(ids, null).map((row) => [row.id, row.label]));
  return [...shared].flatMap(([image, judgements]) => {
    const labels = [...judgements.values()];
    const label = EXPRESSIONS.find((one) => labels.filter((other) => other === one).length * 2 > labels.length);
    if (label === undefined || standing.get(image) === label) return [];
    return [{ image, label, votes: labels.filter((one) => one === label).length, of: labels.length }];
  });
}
