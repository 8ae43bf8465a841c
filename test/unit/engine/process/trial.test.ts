/** The trials in the real engine process: rising rates on real steps, and batches with the memory that they take. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SEVEN } from '../../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { TrainSettings } from '../../../../src-shared/domain/run.ts';
import { createEngine } from '../../../../src-main/services/engine/client.ts';
import type { Engine, TrainingImage, TrainingPlan } from '../../../../src-main/services/engine/interface.ts';
import { forkEngine } from '../../../../src-main/services/engine/process/spawn.ts';
import { decodeSquare } from '../../../../src-main/services/images/pixels.ts';
import { PREPROCESSING } from '../../../../src-main/services/engine/preprocessing.ts';
import { BatchMaker } from '../../../../src-main/services/engine/train/batches.ts';
import { PixelCache } from '../../../../src-main/services/engine/train/pixels.ts';
import { drawFaces } from '../../../fixtures/faces.ts';

// Each opens an engine process and traces a step: seconds on an idle machine, many times that on a busy one.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
let images: TrainingImage[];
let engine: Engine;

const settings = TrainSettings.parse({
  ...{ preset: 'test', size: 'tiny', vich: true, layerEmbedding: true, frozenBackboneBatchNorm: 'batch' },
  ...{ vichKl: 'paper', lambda: 0.01, epochs: 1, batch: 8, learningRate: 1e-3, weightDecay: 1e-4, gamma: 0.9 },
  labelSmoothing: 0,
  augmentation: { horizontalFlip: true, colorJitter: 0.2, rotation: 10, cropPadding: 8, randomErasing: 0.5 },
  seed: 4,
});

const planOf = (change: Partial<TrainSettings> = {}): TrainingPlan => ({
  ...{ settings: { ...settings, ...change }, classes: SEVEN, train: images.slice(0, 10), val: images.slice(10) },
  ...{ device: 'cpu', folder: join(folder, 'nothing'), roots: [], resume: false },
});

const open = (faults = ''): Engine =>
  createEngine({
    home: folder,
    spawn: (program, environment) => forkEngine(program, { ...environment, POSTER_VAR_FAULTS: faults }),
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'poster-var-trials-'));
  const faces = await drawFaces(2);
  images = await Promise.all(
    faces.map(async ({ expression, jpeg }, id) => {
      const file = join(folder, `face-${id}.jpg`);
      await writeFile(file, jpeg);
      return { id, file, label: SEVEN.indexOf(expression) };
    }),
  );
  engine = open();
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ratesOf(plan: TrainingPlan, range: { from: number; to: number; steps: number }) {
  const told: { step: number; rate: number; loss: number }[] = [];
  await engine.rangeTest({ plan, ...range }, (step) => void told.push(step), new AbortController().signal);
  return told;
}

describe('a range test', () => {
  it('raises the rate by equal factors, on real steps that a seed repeats, and keeps nothing', async () => {
    const range = { from: 1e-5, to: 1e-3, steps: 5 };
    const told = await ratesOf(planOf(), range);
    expect(told.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
    told.forEach(({ rate }, step) => expect(Math.log10(rate)).toBeCloseTo(-5 + step / 2, 9));
    expect(told.every(({ loss }) => Number.isFinite(loss) && loss > 0)).toBe(true);
    expect(await ratesOf(planOf(), range)).toEqual(told);
    expect(await ratesOf(planOf({ seed: 5 }), range)).not.toEqual(told);
    expect(readdirSync(folder)).not.toContain('nothing');
  });

  it('ends before its last step where the loss has run away', async () => {
    const told = await ratesOf(planOf({ optimizer: 'sgd' }), { from: 1e-3, to: 1e4, steps: 60 });
    expect(told.length).toBeGreaterThan(3);
    expect(told.length).toBeLessThan(60);
  });

  it('stops between two steps when it is told to', async () => {
    const abort = new AbortController();
    const tell = ({ step }: { step: number }) => {
      if (step === 1) abort.abort();
    };
    const call = engine.rangeTest({ plan: planOf(), from: 1e-6, to: 1e-5, steps: 500 }, tell, abort.signal);
    const thrown: unknown = await call.catch((cause: unknown) => cause);
    expect(thrown).toBeInstanceOf(FailureError);
    expect(thrown).toMatchObject({ failure: { kind: 'cancelled' } });
  });
});

describe('a batch', () => {
  it('is timed whole, also where the dataset has fewer images', async () => {
    const found = await engine.measureBatch(planOf({ batch: 16 }), new AbortController().signal);
    expect(found.imagesPerSecond).toBeGreaterThan(0.1);
    expect(found.memory).toBeGreaterThan(50e6);
  });

  it('does not fit where a step runs out of memory, and where the process ends under it', async () => {
    for (const [faults, expected] of [
      ['step-memory@2', { imagesPerSecond: null }],
      ['step-kill@1', 'lost'],
    ] as const) {
      const other = open(faults);
      try {
        const call = other.measureBatch(planOf(), new AbortController().signal);
        if (expected === 'lost') await expect(call).rejects.toMatchObject({ failure: { kind: 'lost' } });
        else expect(await call).toMatchObject(expected);
      } finally {
        await other.close();
      }
    }
  });
});

describe('versions of an image', () => {
  it('are what the batches of a training hold, and are repeated by their seed', async () => {
    const file = images[0]?.file ?? '';
    const asked = { file, augmentation: settings.augmentation, seed: settings.seed, count: 3 };
    const found = await engine.augmented(asked);
    expect(found.rgba).toHaveLength(3 * found.side ** 2 * 4);
    expect(await engine.augmented(asked)).toEqual(found);
    expect((await engine.augmented({ ...asked, seed: 5 })).rgba).not.toEqual(found.rgba);

    // The first image of a training list, in its epochs 1 to 3, as the training makes it.
    const plan = planOf({ size: 'paper' });
    const maker = new BatchMaker(plan, new PixelCache(decodeSquare));
    for (const version of [0, 1, 2]) {
      const { images: planes } = await maker.make(Uint32Array.of(0), version + 1, Uint32Array.of(0));
      for (let cell = 0; cell < found.side ** 2; cell += 97) {
        const [row, column] = [2 * Math.floor(cell / found.side), 2 * (cell % found.side)];
        const red = 255 * ((planes[row * 224 + column] ?? NaN) * PREPROCESSING.std[0] + PREPROCESSING.mean[0]);
        expect(Math.abs((found.rgba[(version * found.side ** 2 + cell) * 4] ?? NaN) - red)).toBeLessThan(0.51);
      }
    }
  });
});
