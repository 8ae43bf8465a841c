import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src-shared/domain/run.ts';
import { lossOf, sortRuns } from '../../../src-renderer/views/runs/order.ts';
import { statusText } from '../../../src-renderer/views/runs/status.ts';

const run = (id: number, changes: Partial<Run>): Run => ({
  id,
  name: `Run ${id}`,
  kind: 'trained',
  status: 'done',
  dataset: 1,
  datasetName: 'Faces',
  size: 'tiny',
  classes: ['neutral', 'happy'],
  vich: true,
  layerEmbedding: true,
  trainSplit: 'train',
  valSplit: 'val',
  settings: null,
  device: 'cpu',
  epoch: 3,
  epochs: 3,
  best: null,
  checkpointHash: null,
  processSeconds: 0,
  predictions: 0,
  error: null,
  notes: [],
  createdAt: `2026-05-0${id}T10:00:00Z`,
  startedAt: null,
  endedAt: null,
  ...changes,
});
const best = (value: number) => ({ best: { metric: 'accuracy', value, epoch: 1 } as const });

describe('the order of runs', () => {
  const runs = [run(1, best(0.5)), run(2, {}), run(3, best(0.9)), run(10, best(0.5))];

  it('puts runs without a value last either way, and equal ones newest first', () => {
    expect(sortRuns(runs, { key: 'accuracy', descending: true }).map(({ id }) => id)).toEqual([3, 10, 1, 2]);
    expect(sortRuns(runs, { key: 'accuracy', descending: false }).map(({ id }) => id)).toEqual([10, 1, 3, 2]);
  });

  it('reads numbers in names as numbers', () => {
    expect(sortRuns(runs, { key: 'name', descending: false }).map(({ name }) => name)).toEqual([
      'Run 1',
      'Run 2',
      'Run 3',
      'Run 10',
    ]);
  });
});

describe('a run in words', () => {
  it('says what a deletion takes', () => {
    expect(lossOf(run(1, { predictions: 1230, checkpointHash: 'ab' }))).toBe(
      'Its predictions of 1,230 images, its checkpoint and its curves and settings are deleted for good. Images and labels stay.',
    );
  });

  it('says how far it came', () => {
    expect(statusText(run(1, { status: 'interrupted', epoch: 2 }))).toBe('Interrupted after epoch 2');
    expect(statusText(run(1, { status: 'cancelled', epoch: 0 }))).toBe('Cancelled');
    expect(statusText(run(1, { kind: 'imported' }))).toBe('Imported');
  });
});
