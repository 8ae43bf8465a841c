import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src-shared/domain/run.ts';
import { baselineOf } from '../../../src-renderer/state/baseline.ts';

const run = (id: number, changes: Partial<Run> = {}): Run =>
  ({ id, status: 'done', vich: true, checkpointHash: 'a', ...changes }) as Run;

describe('the run that another is read against', () => {
  const own = run(3);

  it('is the address’s, else the newest without VICH, else the oldest other', () => {
    const runs = [run(5), run(4, { vich: false }), own, run(2, { vich: false }), run(1)];
    expect(baselineOf(runs, own, 5)?.id).toBe(5);
    expect(baselineOf(runs, own, null)?.id).toBe(4);
    expect(baselineOf([run(5), own, run(1)], own, 99)?.id).toBe(1);
  });

  it('is none without a checkpoint, and none that still trains unless it is asked for', () => {
    const training = run(4, { status: 'running' });
    expect(baselineOf([training, own, run(1, { checkpointHash: null })], own, null)).toBeNull();
    expect(baselineOf([training, own], own, 4)?.id).toBe(4);
  });
});
