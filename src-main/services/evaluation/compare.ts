/** Two runs on the images that both have predicted. Like is compared with like, and what is unlike is said. */
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Comparison, ConfusionPair, EvaluationIntervals } from '../../../src-shared/domain/evaluation.ts';
import { Metric } from '../../../src-shared/domain/evaluation.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { withFacet, withTerm } from '../../../src-shared/domain/query/edit.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { casesOf } from '../../../src-shared/metrics/cases.ts';
import type { Cases } from '../../../src-shared/metrics/cases.ts';
import { mcnemarExact } from '../../../src-shared/metrics/mcnemar.ts';
import { scoresOf } from '../../../src-shared/metrics/scores.ts';
import { requireDataset, requireRun } from '../runs/context.ts';
import type { PairedPrediction, Store } from '../store/interface.ts';
import { configurations } from './configuration.ts';
import type { Measure } from './context.ts';
import { dataUnlikeness, knownOf } from './known-data.ts';
import type { Known } from './known-data.ts';

export interface Pair {
  readonly baseline: Run;
  readonly run: Run;
  readonly dataset: Dataset;
  /** Null = every split that neither was trained on. */
  readonly split: string | null;
}

/** Both runs' cases, in the order of the baseline's classes, and what was left out on the way. */
export interface PairedCases {
  readonly first: Cases;
  readonly second: Cases;
  readonly leftOut: Omit<Comparison['leftOut'], 'unpaired' | 'stale'>;
}

/** @throws FailureError 'conflict' for runs over different classes: their scores mean different things. */
function requireSameClasses({ baseline, run }: Pick<Pair, 'baseline' | 'run'>): void {
  const missing = (from: Run, to: Run): string[] => from.classes.filter((one) => !to.classes.includes(one));
  const [only, extra] = [missing(baseline, run), missing(run, baseline)];
  if (only.length === 0 && extra.length === 0) return;
  throw new FailureError({
    kind: 'conflict',
    message: `“${baseline.name}” tells ${baseline.classes.length} classes apart and “${run.name}” ${run.classes.length} (${[...only, ...extra].join(', ')} in one only), so their scores mean different things.`,
    remedy: 'Choose two runs with the same classes.',
  });
}

/** The splits of the measured dataset that a run has learned from. */
function learned(pair: Pair): string[] {
  return [pair.baseline, pair.run].flatMap(({ dataset, trainSplit }) =>
    dataset === pair.dataset.id && trainSplit !== null ? [trainSplit] : [],
  );
}

/** @throws FailureError 'conflict' when no image is left. */
export function pairedCases(pair: Pair, predictions: readonly PairedPrediction[]): PairedCases {
  const { baseline, run } = pair;
  const trained = pair.split === null ? learned(pair) : [];
  const order = baseline.classes.map((expression) => run.classes.indexOf(expression));
  const kept: { label: number; first: Float32Array; second: number[] }[] = [];
  const leftOut = { relabelled: 0, trained: 0, learned: 0 };
  for (const { label, split, relabelled, learned: elsewhere, baselineMu, runMu } of predictions) {
    const index = baseline.classes.indexOf(label);
    if (index < 0) continue;
    if (trained.includes(split)) leftOut.trained += 1;
    else if (relabelled) leftOut.relabelled += 1;
    else if (elsewhere) leftOut.learned += 1;
    else kept.push({ label: index, first: baselineMu, second: order.map((from) => runMu[from] ?? 0) });
  }
  if (kept.length === 0) {
    const where =
      pair.split === null ? `“${pair.dataset.name}”` : `the split “${pair.split}” of “${pair.dataset.name}”`;
    throw new FailureError({
      kind: 'conflict',
      message: `“${baseline.name}” and “${run.name}” have no image of ${where} in common that can be compared.`,
      remedy: 'Let both predict it first, or choose a split that neither was trained on.',
    });
  }
  const labels = kept.map(({ label }) => label);
  const classes = baseline.classes.length;
  const [first, second] = [kept.map((one) => one.first), kept.map((one) => one.second)];
  return { first: casesOf(first, labels, classes), second: casesOf(second, labels, classes), leftOut };
}

/** Both runs' confusion matrices on the images that a comparison counts. @throws FailureError 'not-found', 'conflict'. */
export function confusionPairIn(store: Store, request: Measure & { baseline: number }): ConfusionPair {
  const pair = pairIn(store, request);
  const { predictions } = store.runs.paired(request.baseline, request.run, request.dataset, request.split);
  const { first, second } = pairedCases(pair, predictions);
  const matrix = (cases: Cases): number[][] => scoresOf(cases).confusion.map((row) => [...row]);
  return {
    classes: pair.baseline.classes,
    images: first.labels.length,
    baseline: matrix(first),
    run: matrix(second),
    q: withTerm(scopeQuery(pair), `compared:${request.baseline}`),
  };
}

/** @throws FailureError 'not-found', and 'conflict' for runs over different classes. */
export function pairIn(store: Store, request: Measure & { baseline: number }): Pair {
  const pair = {
    baseline: requireRun({ store }, request.baseline),
    run: requireRun({ store }, request.run),
    dataset: requireDataset({ store }, request.dataset),
    split: request.split,
  };
  requireSameClasses(pair);
  return pair;
}

/** How the two are unlike, a sentence each. */
export function unlikeness(
  pair: Pair,
  known: readonly [Known, Known],
  { relabelled, stale, learned: elsewhere }: Pick<Comparison['leftOut'], 'relabelled' | 'stale' | 'learned'>,
): string[] {
  const { baseline: a, run: b, dataset, split } = pair;
  const sentences: string[] = [];
  const trainedOn = (run: Run): string => `${run.datasetName ?? 'other data'} / ${run.trainSplit ?? '–'}`;
  const bothTrained = a.kind === 'trained' && b.kind === 'trained';
  if (bothTrained && trainedOn(a) !== trainedOn(b))
    sentences.push(`They were trained on different images: ${trainedOn(a)} and ${trainedOn(b)}.`);
  if (relabelled > 0) {
    const [one, were] = relabelled === 1 ? ['image has', 'It is'] : ['images have', 'They are'];
    sentences.push(`Between the two trainings ${relabelled} ${one} got another label. ${were} left out here.`);
  }
  sentences.push(...dataUnlikeness([a, b], known));
  if (elsewhere > 0)
    sentences.push(
      `${elsewhere} of the images ${elsewhere === 1 ? 'was a training image' : 'were training images'} of one of them in another dataset: left out here.`,
    );
  if (stale > 0)
    sentences.push(
      `The face was marked anew, or the file replaced, since a prediction of ${stale} ${stale === 1 ? 'image' : 'images'}: left out here.`,
    );
  for (const [index, run] of [a, b].entries()) {
    if (run.kind === 'imported' && known[index]?.data)
      sentences.push(`“${run.name}” was imported; what it has learned from is what its passport says.`);
    else if (run.kind === 'imported')
      sentences.push(`“${run.name}” was imported: which images it has learned from is not known.`);
    else if (split !== null && run.dataset === dataset.id && run.trainSplit === split)
      sentences.push(`“${run.name}” was trained on this split: its scores here say little about new images.`);
    else if (split !== null && run.dataset === dataset.id && run.valSplit === split)
      sentences.push(`The best epoch of “${run.name}” was chosen on this split, which flatters it a little.`);
  }
  return sentences;
}

/** Query of the images that were compared; outcomes leave out by themselves what only one has predicted or was relabelled. */
function scopeQuery(pair: Pair): string {
  const inSplit = pair.split === null ? '' : withFacet('', 'split', [pair.split]);
  const without = pair.split === null ? [...new Set(learned(pair))] : [];
  return without.reduce(
    (q, split) => withTerm(q, { negated: true, condition: { kind: 'split', values: [split] } }),
    inSplit,
  );
}

/** A comparison but for its intervals, which take seconds, and the cases that they are drawn from. */
export interface Compared {
  readonly cases: Pick<PairedCases, 'first' | 'second'>;
  readonly comparison: Comparison;
}

/** @throws FailureError 'not-found', and 'conflict' for two runs that cannot be compared. */
export function comparedIn(store: Store, request: Measure & { baseline: number }): Compared {
  const pair = pairIn(store, request);
  const { predictions, ...out } = store.runs.paired(request.baseline, request.run, request.dataset, request.split);
  const { first, second, leftOut } = pairedCases(pair, predictions);
  const known = [knownOf(store.folder, pair.baseline), knownOf(store.folder, pair.run)] as const;
  return { cases: { first, second }, comparison: comparisonOf(pair, { first, second, leftOut }, out, known) };
}

/** @param intervals of the differences, drawn from the cases of this very comparison. */
export function withIntervals(comparison: Comparison, intervals: EvaluationIntervals): Comparison {
  return {
    ...comparison,
    metrics: comparison.metrics.map((one) => ({ ...one, interval: intervals.metrics[one.metric] })),
    perClass: comparison.perClass.map((one, index) => ({
      ...one,
      interval: intervals.perClass[index]?.recall ?? null,
    })),
  };
}

function comparisonOf(
  pair: Pair,
  { first, second, leftOut }: PairedCases,
  out: Pick<Comparison['leftOut'], 'unpaired' | 'stale'>,
  known: readonly [Known, Known],
): Comparison {
  const outcomes = { bothRight: 0, fixed: 0, regressed: 0, bothWrong: 0 };
  first.labels.forEach((label, index) => {
    const [before, after] = [first.predicted[index] === label, second.predicted[index] === label];
    outcomes[before ? (after ? 'bothRight' : 'regressed') : after ? 'fixed' : 'bothWrong'] += 1;
  });
  const [from, to] = [scoresOf(first), scoresOf(second)];
  return {
    baseline: pair.baseline.id,
    run: pair.run.id,
    dataset: pair.dataset.id,
    split: pair.split,
    classes: pair.baseline.classes,
    images: first.labels.length,
    leftOut: { ...out, ...leftOut },
    unlike: unlikeness(pair, known, { ...out, ...leftOut }),
    outcomes,
    mcnemar: mcnemarExact(outcomes.fixed, outcomes.regressed),
    metrics: Metric.options.map((metric) => ({
      metric,
      baseline: from[metric],
      run: to[metric],
      interval: null,
    })),
    perClass: pair.baseline.classes.map((expression, index) => ({
      expression,
      support: from.perClass[index]?.support ?? 0,
      baseline: from.perClass[index]?.recall ?? null,
      run: to.perClass[index]?.recall ?? null,
      interval: null,
    })),
    configuration: configurations([pair.baseline, pair.run], known),
    q: scopeQuery(pair),
  };
}
