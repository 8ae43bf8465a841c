/** Grad-CAM of `tiny`; its numbers are checked against the official code in test/parity. */
import { afterAll, describe, expect, test } from 'vitest';
import { openExplainer } from '../../../../src-main/services/engine/explain/gradcam.ts';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import { IMAGE_SIZE } from '../../../../src-main/services/engine/runtime/graphs.ts';
import { openClassifier } from '../../../../src-main/services/engine/runtime/inference.ts';

const config: ModelConfig = {
  size: 'tiny',
  classes: 7,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
};
const weights = initialise(config, 12);
const random = Random.seeded(8);
const image = Float32Array.from({ length: IMAGE_SIZE }, () => random.normal());

describe('openExplainer', async () => {
  const explainer = await openExplainer(weights, config, 'cpu');
  afterAll(() => explainer.dispose());

  test('gives a map a class, and the mu and logvar of the classifier', async () => {
    const { mu, logvar, cams, conv3, landmarks } = await explainer.run(image);
    expect(cams).toHaveLength(7 * 49);
    expect(Math.min(...cams)).toBe(0);
    expect(Math.max(...cams)).toBeGreaterThan(0);
    expect(conv3).toEqual([64, 7, 7]);
    // tiny has no trained landmark regressor: no numbers rather than untrained ones.
    expect(landmarks).toBeNull();
    const classifier = await openClassifier(weights, config, 'cpu', 1);
    const expected = await classifier.run(image, 1);
    await classifier.dispose();
    for (const [actual, wanted] of [
      [mu, expected.mu],
      [logvar ?? [], expected.logvar ?? []],
    ] as const) {
      actual.forEach((value, index) => expect(value).toBeCloseTo(wanted[index] ?? NaN, 5));
    }
  });

  test('classes have maps of their own', async () => {
    const { cams } = await explainer.run(image);
    expect(cams.slice(0, 49)).not.toEqual(cams.slice(49, 98));
  });
});
