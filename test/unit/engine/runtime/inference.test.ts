/** Classification: reproducible, independent of the batch, and complete for any number of images. */
import { afterAll, describe, expect, test } from 'vitest';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import { IMAGE_SIZE } from '../../../../src-main/services/engine/runtime/graphs.ts';
import { openClassifier } from '../../../../src-main/services/engine/runtime/inference.ts';

const config: ModelConfig = {
  size: 'tiny',
  classes: 8,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
};
const weights = initialise(config, 9);
const random = Random.seeded(1);
const images = Float32Array.from({ length: 7 * IMAGE_SIZE }, () => random.normal());

describe('openClassifier', async () => {
  const classifier = await openClassifier(weights, config, 'cpu', 3);
  afterAll(() => classifier.dispose());
  const whole = await classifier.run(images, 7);

  test('gives mu, logvar and features of every image, a last partial batch included', () => {
    expect(whole.mu).toHaveLength(7 * 8);
    expect(whole.logvar).toHaveLength(7 * 8);
    expect(whole.features).toHaveLength(7 * 96);
    expect(whole.mu.every(Number.isFinite)).toBe(true);
    expect(new Set(whole.mu).size).toBeGreaterThan(50);
  });

  test('gives the same bits again after closing and opening', async () => {
    const again = await openClassifier(initialise(config, 9), config, 'cpu', 3);
    const { mu, logvar } = await again.run(images, 7);
    await again.dispose();
    expect(mu).toEqual(whole.mu);
    expect(logvar).toEqual(whole.logvar);
  });

  test('gives an image the same bits whatever else is in the batch, and wherever it stands', async () => {
    const alone = await classifier.run(images.subarray(4 * IMAGE_SIZE, 5 * IMAGE_SIZE), 1);
    expect(alone.mu).toEqual(whole.mu.subarray(4 * 8, 5 * 8));
    const last = await classifier.run(images.subarray(2 * IMAGE_SIZE, 5 * IMAGE_SIZE), 3);
    expect(last.mu).toEqual(whole.mu.subarray(2 * 8, 5 * 8));
  });

  test('refuses images of another size', async () => {
    await expect(classifier.run(images, 6)).rejects.toThrow(/6 images should have/);
  });
});

test('without VICH there is no logvar', async () => {
  const plain = { ...config, vich: false };
  const classifier = await openClassifier(initialise(plain, 9), plain, 'cpu', 1);
  const { mu, logvar } = await classifier.run(images.subarray(0, IMAGE_SIZE), 1);
  await classifier.dispose();
  expect(mu).toHaveLength(8);
  expect(logvar).toBeNull();
});

test('weights that lack a tensor are refused by name', async () => {
  const incomplete = new Map(weights);
  incomplete.delete('conv3.bias');
  await expect(openClassifier(incomplete, config, 'cpu', 1)).rejects.toThrow(/conv3\.bias/);
});
