/** A run's accuracy on parts of the images: splits, who labelled, and every further fact that the dataset brought. */
import type { Slice, SliceGroup } from '../../../src-shared/domain/evaluation.ts';
import { withTerm } from '../../../src-shared/domain/query/edit.ts';
import { parseQuery } from '../../../src-shared/domain/query/parse.ts';
import { measuredQuery } from '../../../src-shared/domain/query/measured.ts';
import type { Condition } from '../../../src-shared/domain/query/ast.ts';
import { massRanges } from '../../../src-shared/metrics/bins.ts';
import { argmax, crossEntropy, sigma } from '../../../src-shared/metrics/vich.ts';
import { wilsonInterval } from '../../../src-shared/metrics/wilson.ts';
import type { Store } from '../store/interface.ts';
import type { Measure } from './context.ts';
import { countedIn } from './evaluate.ts';

/** Fewer images than this say too little of a slice. */
export const FEWEST = 30;
/** A fact with more values than this is cut into quarters where it is a number, and left out where it is text. */
const MOST_VALUES = 24;
const PARTS = 4;

interface Case {
  readonly image: number;
  readonly split: string;
  readonly wrong: boolean;
  readonly loss: number;
  readonly sigma: number | null;
}

/** Groups with at least two slices; one alone says nothing that the whole does not. */
export function slicesIn(store: Store, request: Measure): SliceGroup[] {
  const { counted } = countedIn(store, request);
  const cases = counted.map(({ image, split, label, mu, logvar }): Case => {
    const top = argmax(mu);
    const width = logvar?.[top];
    return {
      image,
      split,
      wrong: top !== label,
      loss: crossEntropy(mu, label),
      sigma: width === undefined ? null : sigma(width),
    };
  });
  const base = measuredQuery(request.split);
  const slice = (title: string, condition: Condition, members: readonly Case[]): Slice =>
    sliceOf(title, withTerm(base, { negated: false, condition }), members);
  const groups: SliceGroup[] = [];
  const add = (name: string, slices: readonly Slice[], covered: number): void => {
    if (slices.length > 1) groups.push({ name, slices: [...slices], others: cases.length - covered });
  };

  const inCases = new Map(cases.map((one) => [one.image, one]));
  const saved = store.slices.list(request.dataset).flatMap(({ name, q }) => {
    if (!parseQuery(q).ok) return [];
    const found = store.images.ids({ ...request, q, sort: 'id', descending: false });
    const members = Array.from(found).flatMap((image) => inCases.get(image) ?? []);
    return members.length === 0 ? [] : [sliceOf(name, `${base} ${q}`.trim(), members)];
  });
  // They may overlap, and one alone is worth a row: somebody has asked for it.
  if (saved.length > 0) groups.push({ name: 'saved', slices: saved, others: 0 });

  const bySplit = Map.groupBy(cases, (one) => one.split);
  add(
    'split',
    [...bySplit]
      .filter(([name]) => name !== '')
      .map(([name, members]) => slice(name, { kind: 'split', values: [name] }, members)),
    cases.length - (bySplit.get('')?.length ?? 0),
  );

  const byAnnotator = Map.groupBy(
    store.opinions.of(request.dataset).filter(({ image }) => inCases.has(image)),
    ({ annotator }) => annotator,
  );
  const spoken = new Set([...byAnnotator.values()].flat().map(({ image }) => image));
  const annotators = [...byAnnotator].map(([name, opinions]) =>
    slice(
      name,
      { kind: 'annotator', values: [name] },
      opinions.flatMap(({ image }) => inCases.get(image) ?? []),
    ),
  );
  // One annotator beside everybody else's images is a comparison too.
  if (annotators.length > 0) {
    const unspoken = cases.filter(({ image }) => !spoken.has(image));
    const names = [...byAnnotator.keys()];
    const rest =
      unspoken.length === 0
        ? []
        : [
            sliceOf(
              'nobody',
              withTerm(base, { negated: true, condition: { kind: 'annotator', values: names } }),
              unspoken,
            ),
          ];
    add('annotator', [...annotators, ...rest], cases.length);
  }

  for (const [name, values] of store.images.attributesOf(request.dataset)) {
    const known = cases.filter(({ image }) => values.has(image));
    const distinct = new Set(known.map(({ image }) => values.get(image)));
    const numbers = [...distinct].every((value) => typeof value === 'number');
    if (distinct.size > MOST_VALUES && !numbers) continue;
    if (distinct.size <= MOST_VALUES) {
      const byValue = Map.groupBy(known, ({ image }) => String(values.get(image)));
      const ordered = [...byValue].toSorted(([a], [b]) => (numbers ? Number(a) - Number(b) : a.localeCompare(b, 'en')));
      add(
        name,
        ordered.map(([value, members]) => slice(value, { kind: 'attribute', name, values: [value] }, members)),
        known.length,
      );
      continue;
    }
    const at = (one: Case): number => Number(values.get(one.image));
    const sorted = known.toSorted((a, b) => at(a) - at(b));
    add(
      name,
      massRanges(sorted.map(at), PARTS).map(({ from, to, low, high }) => {
        const bound = (value: number): { value: number; inclusive: boolean } => ({ value, inclusive: true });
        const condition: Condition = { kind: 'attributeRange', name, min: bound(low), max: bound(high) };
        return slice(`${low} to ${high}`, condition, sorted.slice(from, to));
      }),
      known.length,
    );
  }
  return groups;
}

function sliceOf(title: string, q: string, members: readonly Case[]): Slice {
  const images = members.length;
  const errors = members.filter(({ wrong }) => wrong).length;
  const sigmas = members.flatMap((one) => one.sigma ?? []);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    title,
    q,
    images,
    errors,
    accuracy: images === 0 ? 0 : (images - errors) / images,
    interval: wilsonInterval(images - errors, images),
    meanLoss: mean(members.map(({ loss }) => loss)),
    meanSigma: sigmas.length === 0 ? null : mean(sigmas),
    small: images < FEWEST,
  };
}
