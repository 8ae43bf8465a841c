import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { loadCheckpoint } from '../../../../src-main/services/engine/checkpoint/checkpoint.ts';
import { loadResumePoint } from '../../../../src-main/services/engine/checkpoint/resume.ts';
import type { TrainingEvent } from '../../../../src-main/services/engine/interface.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import { trainLoop } from '../../../../src-main/services/engine/train/loop.ts';
import { patience } from '../../../../src-main/services/engine/train/waiting.ts';
import { config, failureOf, planOf, Quadratic, toolsOf } from './quadratic.ts';

describe('a training that is interrupted', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'poster-var-resume-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const right = [1, 3, 2];

  /** Trains with an abort after so many steps, each saved; what it did is added to `seen`. */
  async function session(seen: Quadratic['seen'], stopAfter: number, resume: boolean, reason = 'pause') {
    const learner = new Quadratic();
    const abort = new AbortController();
    const honest = learner.step;
    learner.step = (...args) => {
      if (learner.seen.length + 1 === stopAfter) abort.abort(reason);
      return honest(...args);
    };
    const events: TrainingEvent[] = [];
    const done = resume ? (loadResumePoint(folder)?.standing.epoch ?? 1) - 1 : 0;
    const plan = { ...planOf(folder, { checkpointMinutes: 10 }), resume };
    const outcome = await trainLoop(
      plan,
      toolsOf(learner, right.slice(done)),
      (event) => events.push(event),
      abort.signal,
    ).catch((thrown: unknown) => thrown);
    seen.push(...learner.seen);
    return { events, outcome, value: learner.value };
  }

  it('goes on at the next step with the same numbers, wherever it was paused', async () => {
    const straight: Quadratic['seen'] = [];
    const whole = await session(straight, Infinity, false);
    const epochsOf = ({ events }: { events: TrainingEvent[] }) =>
      events.flatMap((event) =>
        event.kind === 'epoch' ? [{ ...event, metrics: { ...event.metrics, processSeconds: 0, waitSeconds: 0 } }] : [],
      );
    for (const at of [1, 2, 3, 4, 5, 8]) {
      rmSync(folder, { recursive: true, force: true });
      const seen: Quadratic['seen'] = [];
      const first = await session(seen, at, false);
      expect(first.outcome).toMatchObject({ failure: { kind: 'cancelled' } });
      expect(seen).toHaveLength(at);
      const second = await session(seen, Infinity, true);
      expect(second.events[0]).toMatchObject({ kind: 'started', done: at });
      expect(seen).toEqual(straight);
      expect(second.value).toBe(whole.value);
      expect([...epochsOf(first), ...epochsOf(second)]).toEqual(epochsOf(whole));
      expect(second.outcome).toMatchObject({ best: { value: 0.75, epoch: 2 } });
    }
  });

  it('keeps what was learnt when it is stopped before an epoch ended, and nothing when it is discarded', async () => {
    const kept = await session([], 2, false, 'keep');
    const event = kept.events.find(({ kind }) => kind === 'kept');
    expect(event).toMatchObject({ checkpoint: join(folder, 'last.safetensors') });
    expect(loadCheckpoint(join(folder, 'last.safetensors')).weights).toEqual(initialise(config, 2));
    rmSync(folder, { recursive: true });
    await session([], 2, false, 'discard');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps three resume points, and passes over a damaged one', async () => {
    await session([], Infinity, false);
    const points = readdirSync(folder).filter((name) => name.startsWith('resume-'));
    expect(points.map((name) => name.slice(0, 17))).toEqual([
      'resume-0000000003',
      'resume-0000000006',
      'resume-0000000009',
    ]);
    expect(loadResumePoint(folder)?.standing).toMatchObject({ steps: 9, epoch: 4 });
    const newest = join(folder, points[2] ?? '');
    const bytes = readFileSync(newest);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    writeFileSync(newest, bytes);
    writeFileSync(join(folder, points[1] ?? ''), bytes.subarray(0, 1_000));
    expect(loadResumePoint(folder)?.standing).toMatchObject({ steps: 3, epoch: 2 });
    expect(loadResumePoint(join(folder, 'nowhere'))).toBeNull();
  });

  it('waits for a folder that is gone and for room on the disk, and says so', async () => {
    const root = join(folder, 'images');
    const said: (string | null)[] = [];
    const wait = patience([root], (reason) => said.push(reason), 5);
    const { signal } = new AbortController();
    let attempts = 0;
    const found = await wait
      .until(
        () => {
          attempts += 1;
          if (attempts === 3) mkdirSync(root);
          if (attempts < 4) throw new FailureError({ kind: 'unreadable', message: 'gone', remedy: '' });
          return 'read';
        },
        null,
        signal,
      )
      .catch((thrown: unknown) => thrown);
    // With the folder there, a file that cannot be read is a failure.
    expect(found).toMatchObject({ failure: { kind: 'unreadable' } });
    expect(said).toEqual([`The folder ${root} is gone: training goes on when it is back.`]);

    let full = 2;
    const save = (): string => {
      if (full-- > 0) throw new FailureError({ kind: 'disk-full', message: 'full', remedy: '' });
      return 'saved';
    };
    expect(await wait.until(save, null, signal)).toBe('saved');
    expect(said.slice(1)).toEqual(['The disk is full: training goes on when there is room.', null]);
    // Five waits of 5 ms.
    expect(wait.waitedSeconds).toBeGreaterThan(0.02);

    const abort = new AbortController();
    const waiting = wait.until(
      () => Promise.reject(new FailureError({ kind: 'disk-full', message: '', remedy: '' })),
      null,
      abort.signal,
    );
    abort.abort('pause');
    expect(await failureOf(waiting)).toMatchObject({ kind: 'cancelled' });
  });
});
