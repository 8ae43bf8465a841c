/** The formulas of Grad-CAM's kin on activations and gradients made up; their numbers on the network stand in test/parity. */
import { describe, expect, test } from 'vitest';
import { gradCam, gradCamPlusPlus, hiResCam } from '../../../../src-main/services/engine/explain/kin.ts';
import type { Sensitivity } from '../../../../src-main/services/engine/explain/kin.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';

const [classes, places, channels] = [3, 9, 5];

/** @param gradient of a class, a place and a channel. */
function sensitivity(gradient: (label: number, place: number, channel: number) => number): Sensitivity {
  const random = Random.seeded(4);
  const activations = Float32Array.from({ length: places * channels }, () => random.normal());
  const gradients = Float32Array.from({ length: classes * places * channels }, (_, at) =>
    gradient(Math.floor(at / (places * channels)), Math.floor(at / channels) % places, at % channels),
  );
  return { classes, places, channels, activations, gradients };
}

/** Equal to five digits of the largest. */
function near(actual: Float32Array, expected: ArrayLike<number>): void {
  expect(actual).toHaveLength(expected.length);
  const largest = Math.max(...Array.from(expected));
  actual.forEach((value, at) => expect(Math.abs(value - (expected[at] ?? NaN)) / largest).toBeLessThan(1e-5));
}

const random = Random.seeded(9);
const anything = sensitivity(() => random.normal());

describe('identities', () => {
  test('HiResCAM is Grad-CAM where the gradient is the same everywhere', () => {
    const flat = sensitivity((label, _, channel) => Math.sin(1 + label + 2 * channel));
    const maps = gradCam(flat);
    expect(Math.max(...maps)).toBeGreaterThan(0.5);
    near(hiResCam(flat), maps);
    // And nowhere else: the gradient of `anything` differs from place to place.
    expect(
      Math.max(...hiResCam(anything).map((value, at) => Math.abs(value - (gradCam(anything)[at] ?? 0)))),
    ).toBeGreaterThan(0.1);
  });

  test('HiResCAM sums to the score where the score is linear in the activations', () => {
    // score = sum of g · A: what the places contribute is the score itself, as long as ReLU cuts nothing off.
    const { activations, gradients, ...shape } = sensitivity(() => 1);
    const positive = { ...shape, gradients, activations: activations.map(Math.abs) };
    const [first = NaN] = [0].map(() =>
      hiResCam(positive)
        .subarray(0, places)
        .reduce((sum, value) => sum + value, 0),
    );
    expect(first).toBeCloseTo(
      positive.activations.reduce((sum, value) => sum + value, 0),
      4,
    );
  });

  test('gradients twice as large give a Grad-CAM and a HiResCAM twice as large', () => {
    const twice = { ...anything, gradients: anything.gradients.map((g) => 2 * g) };
    for (const map of [gradCam, hiResCam])
      near(
        map(twice),
        map(anything).map((value) => 2 * value),
      );
  });

  test('Grad-CAM++ weighs by half the positive gradient where the activations of a channel cancel out', () => {
    // The sum over places is 0, so that alpha is 1/2: ten equal gradients weigh like one place of five times that.
    const base = sensitivity((label, _, channel) => 100 * (1 + label + channel));
    const activations = base.activations.slice();
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let place = 1; place < places; place++) sum += activations[place * channels + channel] ?? 0;
      activations[channel] = -sum;
    }
    const centred = { ...base, activations };
    near(
      gradCamPlusPlus(centred),
      gradCam(centred).map((value) => (places / 2) * value),
    );
  });

  test('Grad-CAM++ takes no weight from a negative gradient, and none from a zero', () => {
    const none = sensitivity(() => -1);
    expect(Math.max(...gradCamPlusPlus(none))).toBe(0);
    expect(Math.max(...gradCamPlusPlus(sensitivity(() => 0)))).toBe(0);
    expect(Math.max(...gradCam(none))).toBeGreaterThan(0);
  });
});

test('one channel, two places, by hand', () => {
  const hand = {
    ...{ classes: 1, places: 2, channels: 1 },
    activations: Float32Array.of(2, 4),
    gradients: Float32Array.of(1, 3),
  };
  near(gradCam(hand), [4, 8]);
  near(hiResCam(hand), [2, 12]);
  // alpha = 1 / (2 + 6 g): 1/8 and 1/20; weight = 1/8 + 3/20.
  near(gradCamPlusPlus(hand), [0.55, 1.1]);
});

test('no map is below zero', () => {
  for (const map of [gradCam, gradCamPlusPlus, hiResCam]) {
    const maps = map(anything);
    expect(maps).toHaveLength(classes * places);
    expect(Math.min(...maps)).toBe(0);
  }
});
