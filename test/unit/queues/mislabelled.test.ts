/** Which evidence counts against a label, and what is said of evidence that is missing. */
import { expect, it } from 'vitest';
import { mislabelled } from '../../../src-main/services/queues/mislabelled.ts';
import { softmax } from '../../../src-shared/metrics/vich.ts';
import { addDataset, addRun, muFor, newImage, temporaryStore } from '../store/fixture.ts';

/** Sad images in training and test, which the model gives as happy. */
function setUp() {
  const store = temporaryStore();
  const { dataset, ids } = addDataset(store, 'd', [
    newImage('train.png', 'sad', { split: 'train' }),
    newImage('test.png', 'sad', { split: 'test' }),
  ]);
  const [train = 0, test = 0] = ids;
  const run = addRun(store, dataset);
  const mu = muFor('happy');
  store.runs.putPredictions(
    run,
    ids.map((image) => ({ image, mu, logvar: null })),
  );
  const scores = () => {
    const { images, caveat, evidence } = mislabelled.rank({ store, dataset, run, annotator: '' });
    const found = new Map(images.map((one) => [one.image, one]));
    return { train: found.get(train), test: found.get(test), caveat, evidence };
  };
  return { store, dataset, run, train, test, scores, own: softmax(mu)[2] ?? NaN };
}

/** Two thirds of the probability for happy, a third for sad. */
const HELD_OUT = Float32Array.of(0, 2 / 3, 1 / 3, 0, 0, 0, 0);

it('alone, the run’s own prediction is all there is, and it says that it knows its training images', () => {
  const { scores, own } = setUp();
  const found = scores();
  expect(found.train?.score).toBeCloseTo(1 - own, 6);
  expect(found.test?.score).toBeCloseTo(1 - own, 6);
  expect(found.caveat).toMatch(/too kind to their labels until the labels are judged out of sample/);
  expect(found.evidence).toEqual({ outOfSample: false, dynamics: false, canJudge: false });
});

it('what the run learned by heart does not count beside heads that did not; what it never saw does', () => {
  const { store, dataset, run, train, test, scores, own } = setUp();
  store.heldOut.put(
    run,
    dataset,
    [train, test].map((image) => ({ image, p: HELD_OUT })),
  );
  const found = scores();
  expect(found.train?.score).toBeCloseTo(2 / 3, 6);
  expect(found.test?.score).toBeCloseTo(1 - own, 6);
  expect(found.train?.reason).toContain('Happy (67 %), labelled Sad (33 %)');
  expect(found.caveat).toBeNull();
});

it('the course of training counts for the label that was trained, and for no other', () => {
  const { store, dataset, run, train, scores } = setUp();
  store.heldOut.put(run, dataset, [{ image: train, p: HELD_OUT }]);
  store.runs.setTrainingImages(run, Int32Array.of(train), Uint8Array.of(2));
  const metrics = {
    ...{ epoch: 1, learningRate: 0.1, trainLoss: 1, trainAccuracy: 0, valLoss: 1, valAccuracy: 0, meanSigma: null },
    ...{ valBalancedAccuracy: 0, valMacroF1: 0 },
    ...{ waitSeconds: 0, processSeconds: 1 },
  };
  const loss = Float32Array.of(Math.log(12));
  store.runs.addEpoch(run, metrics, { loss, margin: Float32Array.of(-1), predicted: Uint8Array.of(1) });
  const found = scores();
  // The least of 1/3 and 1/12.
  expect(found.train?.score).toBeCloseTo(11 / 12, 6);
  expect(found.train?.reason).toContain('in training Sad had 8 %');
  expect(found.evidence?.dynamics).toBe(true);
  store.labels.apply([train], { kind: 'hard', label: 'happy' }, 'ann');
  const after = scores();
  expect(after.train?.score).toBeCloseTo(1 / 3, 6);
  expect(after.train?.reason).not.toContain('in training');
});
