import { EXPRESSION_FACES } from '../../../src-shared/domain/expression.ts';
import { labelQuality } from '../../../src-shared/metrics/confident-learning.ts';
import { softmax } from '../../../src-shared/metrics/vich.ts';
import { percent, usablePredictions, type QueueKind, type Ranked, type RankingInput } from './ranking.ts';

/** Says so where a part of the images taught the model their own labels. */
function caveatOf({ store, run, dataset }: RankingInput): string | null {
  const found = run === null ? null : store.runs.get(run);
  if (found === null || found.kind !== 'trained' || found.dataset !== dataset || found.trainSplit === null) return null;
  return `“${found.name}” was trained on the images of “${found.trainSplit}”: their scores are too kind to their labels.`;
}

/** Labels that the model confidently contradicts. */
export const mislabelled: QueueKind = {
  name: 'mislabelled',
  measure:
    'How much better another class fits than the label: the margin between their probabilities, from 0 to 1; above 0.5 another class is more probable. Confident learning (Northcutt et al. 2021) says which of them are sure.',
  threshold: 0.5,
  rank: (input) => {
    const predictions = usablePredictions(input);
    const classes = input.run === null ? [] : (input.store.runs.get(input.run)?.classes ?? []);
    const probabilities = predictions.map(({ mu }) => softmax(mu));
    const labels = predictions.map(({ label }) => (label === null ? -1 : classes.indexOf(label)));
    const images = labelQuality(probabilities, labels, classes.length).flatMap((quality, at): Ranked[] => {
      const [prediction, p] = [predictions[at], probabilities[at]];
      const instead = quality === null ? undefined : classes[quality.instead];
      if (
        quality === null ||
        instead === undefined ||
        prediction === undefined ||
        prediction.label === null ||
        p === undefined
      )
        return [];
      const [given, other] = [p[labels[at] ?? 0] ?? 0, p[quality.instead] ?? 0];
      const title = EXPRESSION_FACES[instead].title;
      const sure = quality.issue ? 'surely' : 'rather';
      const own = EXPRESSION_FACES[prediction.label].title;
      const reason =
        quality.score >= 0.5
          ? `${sure} ${title} (${percent(other)}), labelled ${own} (${percent(given)})`
          : `labelled ${own} (${percent(given)}), next is ${title} (${percent(other)})`;
      return [{ image: prediction.image, score: quality.score, reason }];
    });
    return { images, caveat: caveatOf(input) };
  },
};
