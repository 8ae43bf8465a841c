import { describe, expect, it } from 'vitest';
import { dawidSkene, type Judgement } from '../../../src-shared/metrics/dawid-skene.ts';

/** Table 1 of Dawid and Skene 1979: 45 patients, classed 1 to 4 by five anaesthetists, the first of whom saw each three times. */
const PATIENTS =
  '1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111 2223212 1211111 ' +
  '1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111 1111111 1121121 ' +
  '1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222';

const judgements = PATIENTS.split(' ').flatMap((row, item): Judgement[] =>
  [...row].map((digit, at) => ({ item, annotator: Math.max(0, at - 2), label: Number(digit) - 1 })),
);

describe('Dawid and Skene', () => {
  it('gives the marginals and error rates of the paper’s table 2 on its anaesthetists', () => {
    const found = dawidSkene(judgements, { items: 45, annotators: 5, classes: 4 });
    // The paper: 0.40, 0.42, 0.11, 0.07; the first anaesthetist 0.89 0.11 0 0, 0.07 0.88 0.05 0, 0 0.34 0.66 0, 0 0 0.56 0.44.
    [0.399555, 0.421983, 0.111795, 0.066667].forEach((p, at) => expect(found.marginals[at]).toBeCloseTo(p, 5));
    const first = [
      [0.889488, 0.110512, 0, 0],
      [0.070585, 0.87638, 0.053035, 0],
      [0, 0.338822, 0.661178, 0],
      [0, 0, 0.555556, 0.444444],
    ];
    first.forEach((row, truth) => row.forEach((p, said) => expect(found.errors[0]?.[truth]?.[said]).toBeCloseTo(p, 5)));
    // The second patient was said to be of class 3 by five judgements of seven, and is of class 4.
    expect(found.posterior[1]?.[3]).toBeCloseTo(1, 3);
    // Patient 38, computed apart with NumPy.
    expect(found.posterior[37]?.[1]).toBeCloseTo(0.0212, 3);
    expect(found.logLikelihood).toBeCloseTo(-192.890881, 4);
  });

  it('lets one who is mostly right outweigh two who guess', () => {
    const truth = Array.from({ length: 60 }, (_, item) => item % 2);
    const said = truth.flatMap((label, item): Judgement[] => [
      ...[0, 1, 2].map((annotator) => ({ item, annotator, label })),
      ...[3, 4].map((annotator) => ({ item, annotator, label: Math.floor(item / 2) % 2 })),
    ]);
    const disputed: Judgement[] = [
      { item: 60, annotator: 0, label: 0 },
      { item: 60, annotator: 3, label: 1 },
      { item: 60, annotator: 4, label: 1 },
    ];
    const found = dawidSkene([...said, ...disputed], { items: 61, annotators: 5, classes: 2 }, 0.01);
    expect(found.posterior[60]?.[0]).toBeGreaterThan(0.9);
  });

  it('says nothing of an item that nobody judged but the marginals', () => {
    const found = dawidSkene([{ item: 0, annotator: 0, label: 1 }], { items: 2, annotators: 1, classes: 2 });
    expect(found.posterior[0]?.[1]).toBeCloseTo(1, 6);
    found.marginals.forEach((p, at) => expect(found.posterior[1]?.[at]).toBeCloseTo(p, 12));
  });
});
