/** Features and head-only training through the engine's own process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SEVEN } from '../../../../src-shared/domain/expression.ts';
import type { Expression } from '../../../../src-shared/domain/expression.ts';
import { createEngine } from '../../../../src-main/services/engine/client.ts';
import type { FileToPredict, HeadPlan } from '../../../../src-main/services/engine/interface.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';

const engine = createEngine();
const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), 'poster-var-head-'));
const checkpoint = join(folder, 'tiny.safetensors');
const broken = { id: 99, file: join(folder, 'gone.png') };
let files: FileToPredict[];
let features: Float32Array;

beforeAll(async () => {
  const random = Random.seeded(4);
  files = await Promise.all(
    Array.from({ length: 18 }, async (_, id) => {
      const file = join(folder, `${id}.png`);
      const pixels = Uint8Array.from({ length: 24 * 24 * 3 }, () => random.integer(256));
      await sharp(pixels, { raw: { width: 24, height: 24, channels: 3 } })
        .png()
        .toFile(file);
      return { id, file };
    }),
  );
  await engine.initialise({ size: 'tiny', classes: SEVEN, vich: true, layerEmbedding: true, seed: 2, out: checkpoint });
  const rows: number[] = [];
  const failed: number[] = [];
  await engine.features(
    { checkpoint, files: [...files, broken], device: 'cpu' },
    (batch) => {
      rows.push(...batch.features);
      failed.push(...batch.failed.map(({ id }) => id));
    },
    signal,
  );
  features = Float32Array.from(rows);
  expect(failed).toEqual([broken.id]);
});

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

function planFor(classes: readonly Expression[], start: HeadPlan['start'], out: string | null): HeadPlan {
  const all = Uint32Array.from(files, (_, row) => row);
  const targets = new Float32Array(files.length * classes.length);
  files.forEach((_, row) => (targets[row * classes.length + (row % classes.length)] = 1));
  return {
    ...{ checkpoint, device: 'cpu', features, targets, classes, start, out, rounds: [{ train: all, judge: all }] },
    settings: {
      ...{ vich: true, epochs: 3, batch: 8, learningRate: 0.01, gamma: 1, weightDecay: 0, lambda: 0, vichKl: 'paper' },
      ...{ labelSmoothing: 0, seed: 1, optimizer: 'adamw', momentum: 0, clipNorm: 0, classWeights: 'none' },
      targets: 'hard',
    },
  };
}

async function muOf(of: string): Promise<number[]> {
  const mu: number[] = [];
  await engine.predict({ checkpoint: of, files, device: 'cpu' }, (batch) => void mu.push(...batch.mu), signal);
  return mu;
}

it.each([
  ['its own head', SEVEN, 'checkpoint'],
  ['a fresh head of two classes', ['happy', 'sad'], 'fresh'],
] as const)('trains %s on features; the written checkpoint predicts as that head does', async (_, classes, start) => {
  const out = join(folder, `${start}.safetensors`);
  const told: number[] = [];
  const outcome = await engine.trainHead(planFor(classes, start, out), ({ loss }) => void told.push(loss), signal);
  expect(told).toHaveLength(3);
  expect(outcome.written?.classes).toEqual(classes);
  const predicted = await muOf(out);
  expect(predicted).toHaveLength(files.length * classes.length);
  predicted.forEach((mu, index) => expect(outcome.mu[index]).toBeCloseTo(mu, 4));
  expect(predicted).not.toEqual(await muOf(checkpoint));
});

it('says what does not fit, before anything is trained', async () => {
  const train = (plan: HeadPlan): Promise<unknown> => engine.trainHead(plan, () => undefined, signal);
  const plan = planFor(SEVEN, 'checkpoint', null);
  await expect(train({ ...plan, features: plan.features.subarray(1) })).rejects.toThrow('96 numbers an image');
  await expect(train({ ...plan, targets: plan.targets.subarray(7) })).rejects.toThrow('target numbers');
  await expect(train({ ...plan, rounds: [] })).rejects.toThrow('no images');
  await expect(train(planFor(['happy', 'sad'], 'checkpoint', null))).rejects.toThrow('other classes');
  const beyond = { train: Uint32Array.of(0), judge: Uint32Array.of(18) };
  await expect(train({ ...plan, rounds: [beyond] })).rejects.toThrow('beyond the last');
});
