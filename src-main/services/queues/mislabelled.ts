import { EXPRESSION_FACES, type Expression } from '../../../src-shared/domain/expression.ts';
import type { QueueEvidence } from '../../../src-shared/domain/queue.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { labelQuality } from '../../../src-shared/metrics/confident-learning.ts';
import { labelDoubt, meanTrainingLoss, surprise } from '../../../src-shared/metrics/label-doubt.ts';
import { softmax } from '../../../src-shared/metrics/vich.ts';
import type { StoredPrediction } from '../store/interface.ts';
import { percent, usablePredictions, type QueueKind, type Ranked, type RankingInput } from './ranking.ts';

/** What is known of each image beside the run's own prediction. */
interface Evidence extends QueueEvidence {
  readonly heldOut: ReadonlyMap<number, Float32Array>;
  readonly training: ReturnType<typeof meanTrainingLoss>;
}

function evidenceOf({ store, dataset }: RankingInput, run: Run): Evidence {
  const heldOut = store.heldOut.of(run.id, dataset);
  const recorded = run.dataset === dataset ? store.runs.dynamics(run.id) : null;
  const training = recorded === null ? new Map<number, never>() : meanTrainingLoss(recorded);
  return {
    heldOut,
    training,
    outOfSample: heldOut.size > 0,
    dynamics: training.size > 0,
    canJudge: store.runs.checkpoint(run.id) !== null,
  };
}

/** Whether a run has surely never learned an image: it was trained here, on something else. */
function isUnseen(run: Run, dataset: number, { split }: StoredPrediction): boolean {
  return run.kind === 'trained' && (run.dataset !== dataset || (run.trainSplit !== null && split !== run.trainSplit));
}

/** What a person should know before trusting the order. */
function caveatOf(run: Run, dataset: number, { outOfSample, dynamics }: QueueEvidence): string | null {
  if (outOfSample) return null;
  if (run.kind === 'imported')
    return `It is unknown which images “${run.name}” was trained on: the scores of those are too kind to their labels until the labels are judged out of sample.`;
  if (run.dataset !== dataset || run.trainSplit === null) return null;
  const how = dynamics
    ? 'only the course of its training tells about them'
    : 'their scores are too kind to their labels';
  return `“${run.name}” was trained on the images of “${run.trainSplit}”: ${how} until the labels are judged out of sample.`;
}

/** Labels that speak against all that is known of their images. */
export const mislabelled: QueueKind = {
  measure:
    'How little the label fits, 0 to 1: one minus the least of the probabilities that it gets from heads trained without it (confident learning, Northcutt et al. 2021) and over the epochs of training (Swayamdipta et al. 2020, Pleiss et al. 2020) or, where the run never learned the image, from the run itself.',
  threshold: 0.75,
  rank: (input) => {
    const run = input.run === null ? null : input.store.runs.get(input.run);
    if (run === null) return { images: [], caveat: null };
    const { classes } = run;
    const evidence = evidenceOf(input, run);
    const labelled = usablePredictions(input).flatMap((prediction) => {
      const at = prediction.label === null ? -1 : classes.indexOf(prediction.label);
      const p = evidence.heldOut.get(prediction.image) ?? softmax(prediction.mu);
      return prediction.label === null || at < 0 ? [] : [{ prediction, label: prediction.label, at, p }];
    });
    const quality = labelQuality(
      labelled.map(({ p }) => p),
      labelled.map(({ at }) => at),
      classes.length,
    );
    const images = labelled.flatMap(({ prediction, label, at, p }, row): Ranked[] => {
      const { image } = prediction;
      const own = evidence.heldOut.get(image);
      // What training said of another label says nothing of this one.
      const trained = evidence.training.get(image);
      const learned = trained?.label === at ? trained.loss : null;
      const losses = [
        ...(own === undefined ? [] : [surprise(own[at] ?? 0)]),
        ...(learned === null ? [] : [learned]),
        ...(learned === null && isUnseen(run, input.dataset, prediction)
          ? [surprise(softmax(prediction.mu)[at] ?? 0)]
          : []),
      ];
      const score = labelDoubt(losses.length > 0 ? losses : [surprise(softmax(prediction.mu)[at] ?? 0)]);
      const { instead, issue } = quality[row] ?? { instead: -1, issue: false };
      const other = classes[instead];
      if (other === undefined) return [];
      const reason = reasonOf(label, other, [p[at] ?? 0, p[instead] ?? 0], issue, learned);
      return [{ image, score, reason }];
    });
    const { outOfSample, dynamics, canJudge } = evidence;
    const told = { outOfSample, dynamics, canJudge };
    return { images, caveat: caveatOf(run, input.dataset, told), evidence: told };
  },
};

function reasonOf(
  label: Expression,
  other: Expression,
  [given, instead]: readonly [number, number],
  issue: boolean,
  learned: number | null,
): string {
  const [own, title] = [EXPRESSION_FACES[label].title, EXPRESSION_FACES[other].title];
  const said =
    instead > given
      ? `${issue ? 'surely' : 'rather'} ${title} (${percent(instead)}), labelled ${own} (${percent(given)})`
      : `labelled ${own} (${percent(given)}), next is ${title} (${percent(instead)})`;
  return learned === null ? said : `${said}; in training ${own} had ${percent(Math.exp(-learned))}`;
}
