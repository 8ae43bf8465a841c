import { EXPRESSION_FACES } from '../../../src-shared/domain/expression.ts';
import { labelQuality } from '../../../src-shared/metrics/confident-learning.ts';
import { argmax, crossEntropy, softmax } from '../../../src-shared/metrics/vich.ts';
import { percent, usablePredictions, type QueueKind, type Ranked } from './ranking.ts';

/**
 * Images that the model gets wrong although their label can be trusted: a person has confirmed it, or the model does not confidently say
 * another class. What they have in common is what the model has to learn next (the "hard-to-learn" region of S. Swayamdipta et al.,
 * "Dataset Cartography", EMNLP 2020, less the label errors).
 */
export const hard: QueueKind = {
  measure:
    'Loss on a label that can be trusted: confirmed by a person, or not confidently contradicted (the hard-to-learn region of Swayamdipta et al. 2020, less likely label errors).',
  threshold: 0.5,
  rank: (input) => {
    const predictions = usablePredictions(input);
    const classes = input.run === null ? [] : (input.store.runs.get(input.run)?.classes ?? []);
    const labels = predictions.map(({ label }) => (label === null ? -1 : classes.indexOf(label)));
    const probabilities = predictions.map(({ mu }) => softmax(mu));
    const heldOut =
      input.run === null ? new Map<number, Float32Array>() : input.store.heldOut.of(input.run, input.dataset);
    const quality = labelQuality(
      predictions.map(({ image }, at) => heldOut.get(image) ?? probabilities[at] ?? []),
      labels,
      classes.length,
    );
    const confirmed = new Set(
      input.store.opinions
        .of(input.dataset)
        .filter(({ opinion }) => opinion.kind === 'hard' || opinion.kind === 'soft')
        .map(({ image }) => image),
    );
    const images = predictions.flatMap((prediction, at): Ranked[] => {
      const { image, mu } = prediction;
      const label = labels[at] ?? -1;
      const said = classes[argmax(mu)];
      if (label < 0 || prediction.label === null || said === undefined || said === prediction.label) return [];
      const byPerson = confirmed.has(image);
      if (!byPerson && quality[at]?.issue === true) return [];
      const own = EXPRESSION_FACES[prediction.label].title;
      const p = percent(probabilities[at]?.[label] ?? 0);
      const trust = byPerson ? 'confirmed by a person' : 'not confidently contradicted';
      const reason = `${own} (${p}), predicted ${EXPRESSION_FACES[said].title}; ${trust}`;
      return [{ image, score: crossEntropy(mu, label), reason }];
    });
    return { images, caveat: null };
  },
};
