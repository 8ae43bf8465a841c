/** What an image becomes in an epoch depends on the run's seed, the epoch and the image: not on company, order or threads. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEVEN } from '../../../../src-shared/domain/expression.ts';
import { TrainSettings } from '../../../../src-shared/domain/run.ts';
import { decodeSquare } from '../../../../src-main/services/images/pixels.ts';
import { decodeSquareHere } from '../../../../src-main/services/images/square.ts';
import type { TrainingImage } from '../../../../src-main/services/engine/interface.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import { BatchMaker } from '../../../../src-main/services/engine/train/batches.ts';
import { PixelCache, type Decode } from '../../../../src-main/services/engine/train/pixels.ts';
import { epochBatches, repeatsIn } from '../../../../src-main/services/engine/train/sampler.ts';
import { drawFaces } from '../../../fixtures/faces.ts';

const SIZE = 3 * 224 * 224;
const settings = TrainSettings.parse({
  ...{ preset: 'test', size: 'tiny', vich: true, layerEmbedding: true, frozenBackboneBatchNorm: 'batch' },
  ...{ vichKl: 'paper', lambda: 0, epochs: 2, batch: 5, learningRate: 1e-3, weightDecay: 0, gamma: 1 },
  labelSmoothing: 0,
  augmentation: { horizontalFlip: true, colorJitter: 0.3, rotation: 12, cropPadding: 16, randomErasing: 0.5 },
  seed: 4,
});

let folder: string;
let images: TrainingImage[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'poster-var-batches-'));
  const faces = await drawFaces(2);
  images = await Promise.all(
    faces.map(async ({ expression, jpeg }, index) => {
      const id = 100 + index;
      const file = join(folder, `${id}.jpg`);
      await writeFile(file, jpeg);
      return { id, file, label: SEVEN.indexOf(expression) };
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each image's pixels in an epoch, by its id, made batch after batch. */
async function epochOf(
  change: Partial<TrainSettings>,
  epoch: number,
  decode: Decode,
  train: readonly TrainingImage[] = images,
): Promise<Map<number, string>> {
  const whole = { ...settings, ...change };
  const maker = new BatchMaker({ settings: whole, classes: SEVEN, train }, new PixelCache(decode));
  const batches = epochBatches(train, whole, epoch);
  const repeats = repeatsIn(batches);
  const made = new Map<number, string>();
  for (const [step, positions] of batches.entries()) {
    const { images: pixels } = await maker.make(positions, epoch, repeats[step] ?? new Uint32Array());
    positions.forEach((position, slot) => {
      const own = pixels.subarray(slot * SIZE, (slot + 1) * SIZE);
      made.set(train[position]?.id ?? -1, Buffer.from(own.buffer, own.byteOffset, own.byteLength).toString('base64'));
    });
  }
  return made;
}

/** As many threads as the machine has, each answer at a time of its own. */
const inThreads: Decode = async (file, box) => {
  const rgb = await decodeSquare(file, box);
  await new Promise((resolve) =>
    setTimeout(resolve, Random.seeded(file.length * 31 + file.charCodeAt(file.length - 5)).integer(20)),
  );
  return rgb;
};

describe('augmentation of an image in an epoch', () => {
  it('is the same in batches of any size, in any order, from any number of threads', async () => {
    const straight = await epochOf({}, 1, decodeSquareHere);
    expect(straight.size).toBe(images.length);
    expect(await epochOf({}, 1, inThreads)).toEqual(straight);
    // Another batch size puts other images together; one image after the other, nobody has company.
    for (const batch of [1, 3, 14]) expect(await epochOf({ batch }, 1, inThreads)).toEqual(straight);
    // The balanced sampler takes them in another order, and each once.
    expect(await epochOf({ sampler: 'balanced', perClass: 2 }, 1, inThreads)).toEqual(straight);
  });

  it('is the same whichever other images are trained on, and wherever it stands in their list', async () => {
    const straight = await epochOf({}, 1, inThreads);
    const fewer = images.slice(3).toReversed();
    for (const [id, pixels] of await epochOf({}, 1, inThreads, fewer)) expect(pixels).toBe(straight.get(id));
  });

  it('is another in another epoch, under another seed, and for each image', async () => {
    const straight = await epochOf({}, 1, inThreads);
    for (const other of [await epochOf({}, 2, inThreads), await epochOf({ seed: 5 }, 1, inThreads)])
      for (const [id, pixels] of straight) expect(other.get(id)).not.toBe(pixels);
    expect(new Set(straight.values()).size).toBe(images.length);
  });
});
