/** The kin of Grad-CAM on `tiny`: the second graph agrees with the first, with the classifier, and with small steps. */
import { describe, expect, test } from 'vitest';
import { openExplainer } from '../../../../src-main/services/engine/explain/gradcam.ts';
import { gradientProgram, openKin } from '../../../../src-main/services/engine/explain/gradients.ts';
import type { Sensed } from '../../../../src-main/services/engine/explain/gradients.ts';
import { gradCam, hiResCam } from '../../../../src-main/services/engine/explain/kin.ts';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import { executorFor } from '../../../../src-main/services/engine/runtime/executors.ts';
import { constantsFor, IMAGE_SIZE } from '../../../../src-main/services/engine/runtime/graphs.ts';

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
const [places, channels] = [49, 64];

interface Layer {
  readonly activations: Float32Array;
  readonly gradients: Float32Array;
}

async function raw(sensed: Sensed): Promise<Layer> {
  const executable = await executorFor('cpu').open(gradientProgram(config, sensed), {
    constants: constantsFor(config, weights),
  });
  const outputs = await executable.run({ images: image });
  const found = { activations: outputs.numbers('activations'), gradients: outputs.numbers('gradients') };
  await executable.dispose();
  return found;
}

describe('the gradient place by place', () => {
  test('its means make the Grad-CAM of the other graph', async () => {
    const explainer = await openExplainer(weights, config, 'cpu');
    const expected = await explainer.run(image);
    await explainer.dispose();
    const maps = gradCam({ classes: 7, places, channels, ...(await raw({ score: 'mu', layer: 'conv3' })) });
    const largest = Math.max(...expected.cams);
    expect(largest).toBeGreaterThan(0);
    maps.forEach((value, at) => expect(Math.abs(value - (expected.cams[at] ?? NaN)) / largest).toBeLessThan(1e-4));
  });

  test('logvar has a gradient of its own', async () => {
    const [mu, logvar] = [await raw({ score: 'mu', layer: 'conv3' }), await raw({ score: 'logvar', layer: 'conv3' })];
    expect(logvar.activations).toEqual(mu.activations);
    const differs = logvar.gradients.filter((value, at) => value !== mu.gradients[at]).length;
    expect(differs).toBeGreaterThan(0.9 * logvar.gradients.length);
  });

  test('HiResCAM is noise on conv3, which is read through a LayerNorm, and is not on the normalised map', async () => {
    const conv3 = await raw({ score: 'mu', layer: 'conv3' });
    const normal = await raw({ score: 'mu', layer: 'normalised' });
    const products = (layer: Layer): number =>
      Math.max(...hiResCam({ classes: 7, places, channels, ...layer })) / Math.max(...layer.gradients.map(Math.abs));
    expect(products(conv3)).toBeLessThan(1e-3);
    expect(products(normal)).toBeGreaterThan(0.1);
  });
});

test('every method gives a map a class, and the numbers of the classifier', async () => {
  const explainer = await openExplainer(weights, config, 'cpu');
  const { mu, cams } = await explainer.run(image);
  await explainer.dispose();
  const all = [cams];
  for (const method of ['gradcam++', 'hirescam', 'logvar'] as const) {
    const kin = await openKin(weights, config, method, 'cpu');
    const found = await kin.run(image);
    await kin.dispose();
    found.mu.forEach((value, at) => expect(value).toBeCloseTo(mu[at] ?? NaN, 5));
    expect(found.landmarks).toBeNull();
    all.push(found.cams);
  }
  for (const maps of all) {
    expect(maps).toHaveLength(7 * places);
    expect(Math.min(...maps)).toBe(0);
    expect(Math.max(...maps)).toBeGreaterThan(0);
  }
  expect(new Set(all.map((maps) => maps.join())).size).toBe(4);
});

test('a model without VICH has no variance to explain, and says so', async () => {
  const plain = { ...config, vich: false };
  const opened = openKin(initialise(plain, 3), plain, 'logvar', 'cpu');
  await expect(opened).rejects.toThrow(/no VICH/);
  const kin = await openKin(initialise(plain, 3), plain, 'hirescam', 'cpu');
  const { logvar, cams } = await kin.run(image);
  await kin.dispose();
  expect(logvar).toBeNull();
  expect(cams).toHaveLength(7 * places);
});
