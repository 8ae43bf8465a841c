/** Queues made of what people said: images that lack an opinion, and images on which they differ. */
import { EXPRESSION_FACES, EXPRESSIONS, type Expression } from '../../../src-shared/domain/expression.ts';
import { entropy } from '../../../src-shared/metrics/vich.ts';
import type { QueueKind, Ranked } from './ranking.ts';

/** Images that somebody else has judged and this annotator has not: what has the fewest opinions first. */
export const second: QueueKind = {
  measure: 'One over the number of other people’s opinions: images that one person alone has judged come first.',
  threshold: 0,
  rank: ({ store, dataset, annotator }) => {
    const others = new Map<number, number>();
    for (const { image, annotator: who } of store.opinions.of(dataset))
      if (who !== annotator) others.set(image, (others.get(image) ?? 0) + 1);
    const images = [...others].map(([image, count]): Ranked => {
      const reason = count === 1 ? 'one other opinion' : `${count} other opinions`;
      return { image, score: 1 / count, reason };
    });
    return { images, caveat: null };
  },
};

/** Images on which at least two people gave different labels. */
export const adjudicate: QueueKind = {
  measure: 'Entropy of the labels that people gave, in nats: the more evenly they are split, the sooner.',
  threshold: 0,
  rank: ({ store, dataset }) => {
    const byImage = new Map<number, Expression[]>();
    for (const { image, opinion } of store.opinions.of(dataset))
      if (opinion.kind === 'hard' || opinion.kind === 'soft')
        byImage.set(image, [...(byImage.get(image) ?? []), opinion.label]);
    const images = [...byImage].flatMap(([image, labels]): Ranked[] => {
      const counts = EXPRESSIONS.map((expression) => labels.filter((label) => label === expression).length);
      const spread = entropy(counts.map((count) => count / labels.length));
      if (spread === 0) return [];
      const said = EXPRESSIONS.filter((_, at) => (counts[at] ?? 0) > 0)
        .map((expression) => `${EXPRESSION_FACES[expression].title} ${counts[EXPRESSIONS.indexOf(expression)]}`)
        .join(', ');
      return [{ image, score: spread, reason: said }];
    });
    return { images, caveat: null };
  },
};
