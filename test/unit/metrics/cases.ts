import { casesOf } from '../../../src-shared/metrics/cases.ts';
import type { Cases } from '../../../src-shared/metrics/cases.ts';

/** Numerical Recipes' linear congruential generator: short enough to be written again in the Python that made the numbers. */
export function lcg(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** 200 cases of 4 classes, `lift` added to the labelled class's logit: 1.2 is right in about half. */
export function madeCases(seed = 7, lift = 1.2, n = 200, classes = 4): Cases {
  const next = lcg(seed);
  const labels = Array.from({ length: n }, () => Math.floor(next() * classes));
  const outputs = labels.map((label) =>
    Array.from({ length: classes }, (_, c) => (next() - 0.5) * 4 + (c === label ? lift : 0)),
  );
  return casesOf(outputs, labels, classes);
}
