import { EXPRESSION_FACES, EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import { argmax, entropy, flipProbability, softmax } from '../../../src-shared/metrics/vich.ts';
import { percent, usablePredictions, type QueueKind, type Ranked, type RankingInput } from './ranking.ts';

/** Entropy of the votes on each image as a share of the most there could be; images without two votes are missing. */
function voteSpread({ store, dataset }: RankingInput): Map<number, number> {
  const byImage = new Map<number, number[]>();
  for (const { image, opinion } of store.opinions.of(dataset)) {
    if (opinion.kind === 'unsure' || opinion.kind === 'skip') continue;
    const counts = byImage.get(image) ?? EXPRESSIONS.map(() => 0);
    byImage.set(image, counts);
    const soft = opinion.kind === 'soft' ? opinion.soft : { [opinion.label]: 1 };
    for (const [at, expression] of EXPRESSIONS.entries()) counts[at] = (counts[at] ?? 0) + (soft[expression] ?? 0);
  }
  const spread = new Map<number, number>();
  for (const [image, counts] of byImage) {
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total > 1) spread.set(image, entropy(counts.map((count) => count / total)) / Math.log(EXPRESSIONS.length));
  }
  return spread;
}

/** Images that lie between classes: for the model, or for the people who voted. */
export const ambiguous: QueueKind = {
  measure:
    'The larger of two doubts, 0 to 1: twice the flip probability (the runner-up beats the winner when both are drawn from N(mu, sigma²); without VICH one minus the margin of softmax(mu)), and the entropy of people’s votes as a share of the largest there can be.',
  threshold: 0.5,
  rank: (input) => {
    const classes = input.run === null ? [] : (input.store.runs.get(input.run)?.classes ?? []);
    const votes = voteSpread(input);
    const scored = new Map<number, Ranked>();
    for (const { image, mu, logvar } of usablePredictions(input)) {
      const winner = argmax(mu);
      const runnerUp = argmax(Array.from(mu, (value, at) => (at === winner ? -Infinity : value)));
      const p = softmax(mu);
      const flip = logvar === null ? null : flipProbability(mu, logvar);
      const score = flip === null ? 1 - ((p[winner] ?? 0) - (p[runnerUp] ?? 0)) : 2 * flip;
      const [first, second] = [classes[winner], classes[runnerUp]];
      if (first === undefined || second === undefined) continue;
      const names = `${EXPRESSION_FACES[first].title} or ${EXPRESSION_FACES[second].title}`;
      const reason =
        flip === null
          ? `${names}: ${percent(p[winner] ?? 0)} against ${percent(p[runnerUp] ?? 0)}`
          : `${names}: flips with probability ${percent(flip)}`;
      scored.set(image, { image, score, reason });
    }
    for (const [image, score] of votes)
      if (score > (scored.get(image)?.score ?? -1))
        scored.set(image, { image, score, reason: `people differ: vote entropy ${percent(score)} of the largest` });
    return { images: [...scored.values()], caveat: null };
  },
};
