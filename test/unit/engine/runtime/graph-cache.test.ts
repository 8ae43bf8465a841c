/** Steps that were opened before come from the disk, with the same numbers; what is damaged or too much is made again. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import { GraphCache, graphKey } from '../../../../src-main/services/engine/runtime/graph-cache.ts';
import { IMAGE_SIZE } from '../../../../src-main/services/engine/runtime/graphs.ts';
import { openTrainer } from '../../../../src-main/services/engine/runtime/trainer.ts';
import { trainingProgram } from '../../../../src-main/services/engine/train/step.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'poster-var-cache-'));
  process.env['POSTER_VAR_HOME'] = home;
});
afterEach(() => {
  delete process.env['POSTER_VAR_HOME'];
  rmSync(home, { recursive: true, force: true });
});

const config: ModelConfig = {
  ...{ size: 'tiny', classes: 7, vich: true, layerEmbedding: true },
  frozenBackboneBatchNorm: 'batch',
};
const entries = (): string[] => readdirSync(join(home, 'cache', 'graphs'));

/** Loss of a first step, and a parameter behind it. */
async function firstStep(): Promise<string> {
  const trainer = await openTrainer(initialise(config, 1), config, 'cpu', { batch: 2, vichKl: 'paper' });
  const targets = new Float32Array(14);
  [targets[0], targets[9]] = [1, 1];
  const images = Float32Array.from({ length: 2 * IMAGE_SIZE }, (_, place) => Math.sin(place));
  const noise = { eps: new Float32Array(14).fill(0.5), dropPath: new Float32Array(8).fill(1) };
  const { loss } = await trainer.step({ images, targets }, noise, { lr: 1e-3, weightDecay: 0, lambda: 1e-3 });
  const weights = await trainer.weights();
  await trainer.dispose();
  const { data } = weights.get('VIT.head.weight') ?? [...weights.values()].at(-1) ?? { data: [] };
  return `${loss} ${[...data].slice(0, 20).join()}`;
}

test('a step opened again gives the same bits from what stands on the disk, and damage is made good', async () => {
  const first = await firstStep();
  expect(entries()).toHaveLength(2);
  const kept = new Map(entries().map((name) => [name, readFileSync(join(home, 'cache', 'graphs', name))]));
  expect(await firstStep()).toBe(first);
  for (const [name, bytes] of kept) {
    const damaged = Buffer.from(bytes);
    damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] ?? 0) ^ 1;
    writeFileSync(join(home, 'cache', 'graphs', name), damaged);
  }
  expect(await firstStep()).toBe(first);
  expect(entries().toSorted()).toEqual([...kept.keys()].toSorted());
  for (const [name, bytes] of kept) {
    // Made again: whole, though the optimiser may name nodes otherwise.
    expect(readFileSync(join(home, 'cache', 'graphs', name)).length).toBeGreaterThan(bytes.length / 2);
  }
});

test('a key follows from all that a program is made of', () => {
  const options = { batch: 2, vichKl: 'paper' } as const;
  const key = (program: ReturnType<typeof trainingProgram>): string | null => graphKey(program, 8);
  expect(key(trainingProgram(config, options))).toBe(key(trainingProgram({ ...config }, { ...options })));
  const others = [
    trainingProgram({ ...config, classes: 8 }, options),
    trainingProgram({ ...config, frozenBackboneBatchNorm: 'eval' }, options),
    trainingProgram(config, { ...options, labelSmoothing: 0.1 }),
    trainingProgram(config, { ...options, batch: 3 }),
  ];
  const keys = [...others.map(key), graphKey(trainingProgram(config, options), 16)];
  expect(new Set([...keys, key(trainingProgram(config, options))]).size).toBe(6);
  expect(graphKey({ ...trainingProgram(config, options), made: undefined }, 8)).toBeNull();
});

test('an entry is whole or missing, and the oldest make room', () => {
  const cache = new GraphCache(join(home, 'small'), 300);
  cache.put('a', new Uint8Array(100).fill(1));
  cache.put('b', new Uint8Array(100).fill(2));
  expect(cache.get('a')).toEqual(Buffer.alloc(100, 1));
  cache.put('c', new Uint8Array(100).fill(3));
  expect(cache.get('c')).toEqual(Buffer.alloc(100, 3));
  expect(readdirSync(join(home, 'small')).length).toBe(2);
  writeFileSync(join(home, 'small', 'c.graph'), 'short');
  expect(cache.get('c')).toBeNull();
  expect(readdirSync(join(home, 'small'))).not.toContain('c.graph');
  expect(cache.get('never')).toBeNull();
  new GraphCache(join(home, 'small', 'c.graph', 'no folder')).put('x', new Uint8Array(1));
});
