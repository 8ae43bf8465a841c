import { describe, expect, it, vi } from 'vitest';
import type { Emit } from '../../../src-shared/contract/client.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { JobContext, Jobs, JobSpec } from '../../../src-main/services/jobs/interface.ts';
import { createJobs } from '../../../src-main/services/jobs/jobs.ts';
import { Rate } from '../../../src-main/services/jobs/rate.ts';
import type { JobTable } from '../../../src-main/services/store/interface.ts';
import { temporaryStore } from '../store/fixture.ts';

function setUp(): { jobs: Jobs; table: JobTable; events: Job[] } {
  const events: Job[] = [];
  const emit: Emit = (event, payload) => {
    if (event === 'job.changed' && 'job' in payload) events.push(payload.job);
  };
  const table = temporaryStore().jobs;
  return { jobs: createJobs(table, emit), table, events };
}

const spec: JobSpec = { kind: 'import', title: 'Import', unit: 'images', lane: 'files' };

/** Waits until the job is cancelled, as a well-behaved body does. */
function untilCancelled({ signal }: JobContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new FailureError({ kind: 'cancelled', message: 'Stopped.', remedy: '' }));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
  });
}

describe('jobs', () => {
  it('tell their way from queued to done, and stay in the table', async () => {
    const { jobs, table, events } = setUp();
    const id = jobs.start(spec, async (context) => {
      context.link({ dataset: 7 });
      context.progress(5, 10, 'Half');
      await Promise.resolve();
    });
    expect(jobs.get(id)).toMatchObject({ status: 'queued', startedAt: null });
    const job = await jobs.finished(id);
    expect(job).toMatchObject({ status: 'done', done: 10, total: 10, text: 'Half', dataset: 7, error: null });
    expect(table.get(id)).toEqual(job);
    expect(jobs.list()).toEqual([job]);
    expect(await jobs.finished(id)).toEqual(job);
    expect(events.map((event) => event.status)).toEqual(['queued', 'running', 'running', 'done']);
  });

  it('run one after another in a lane, and lanes side by side', async () => {
    const { jobs } = setUp();
    const order: string[] = [];
    const body = (name: string, ms: number) => async (): Promise<void> => {
      order.push(`${name} starts`);
      await new Promise((resolve) => setTimeout(resolve, ms));
      order.push(`${name} ends`);
    };
    const ids = [
      jobs.start(spec, body('a', 60)),
      jobs.start(spec, body('b', 1)),
      jobs.start({ ...spec, lane: 'engine' }, body('c', 1)),
    ];
    await Promise.all(ids.map((id) => jobs.finished(id)));
    expect(order.indexOf('b starts')).toBeGreaterThan(order.indexOf('a ends'));
    expect(order.indexOf('c ends')).toBeLessThan(order.indexOf('a ends'));
  });

  it('fail as a value; a bug is told on standard error with its stack', async () => {
    const { jobs } = setUp();
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const failure = { kind: 'unreadable', message: 'No such table.', remedy: 'Choose another.' } as const;
    const expected = jobs.start(spec, () => Promise.reject(new FailureError(failure)));
    expect(await jobs.finished(expected)).toMatchObject({ status: 'failed', error: failure });
    expect(log).not.toHaveBeenCalled();
    const bug = jobs.start(spec, () => {
      throw new TypeError('x is not a function');
    });
    expect(await jobs.finished(bug)).toMatchObject({ status: 'failed', error: { kind: 'internal' } });
    expect(log.mock.calls[0]?.[1]).toBeInstanceOf(TypeError);
    log.mockRestore();
    // The lane goes on after a failure.
    expect(await jobs.finished(jobs.start(spec, () => Promise.resolve()))).toMatchObject({ status: 'done' });
  });

  it('can be cancelled while running and while queued', async () => {
    const { jobs } = setUp();
    const running = jobs.start(spec, untilCancelled);
    const body = vi.fn(() => Promise.resolve());
    const queued = jobs.start(spec, body);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(jobs.cancel(queued)).toBe(true);
    expect((await jobs.finished(queued)).status).toBe('cancelled');
    expect(jobs.get(running)?.status).toBe('running');
    expect(jobs.cancel(running)).toBe(true);
    expect(await jobs.finished(running)).toMatchObject({ status: 'cancelled', error: { kind: 'cancelled' } });
    expect(jobs.cancel(running)).toBe(false);
    expect(body).not.toHaveBeenCalled();
  });

  it('are cancelled and awaited by shutdown, after which none starts', async () => {
    const { jobs, table } = setUp();
    const ids = [jobs.start(spec, untilCancelled), jobs.start(spec, untilCancelled)];
    await new Promise((resolve) => setTimeout(resolve, 10));
    await jobs.shutdown();
    expect(ids.map((id) => table.get(id)?.status)).toEqual(['cancelled', 'cancelled']);
    expect(() => jobs.start(spec, untilCancelled)).toThrow('closing');
  });

  it('tell progress a few times a second, and the last word always', async () => {
    const { jobs, table, events } = setUp();
    const update = vi.spyOn(table, 'update');
    const id = jobs.start(spec, async (context) => {
      for (let done = 1; done <= 3_000; done++) {
        context.progress(done, 6_000);
        if (done % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    const started = performance.now();
    await jobs.finished(id);
    const seconds = (performance.now() - started) / 1_000;
    expect(events.length).toBeLessThanOrEqual(4 + seconds * 5);
    expect(update.mock.calls.length).toBeLessThanOrEqual(4 + seconds);
    const measured = events.filter((event) => event.rate !== null);
    expect(measured.length).toBeGreaterThan(0);
    for (const event of measured)
      expect((event.rate ?? 0) * (event.etaSeconds ?? 0)).toBeCloseTo(6_000 - event.done, 3);
  });

  it('are not found when they never were', async () => {
    await expect(setUp().jobs.finished(99)).rejects.toThrow('There is no job 99.');
  });
});

describe('Rate', () => {
  it('is that of the last ten seconds', () => {
    const rate = new Rate();
    for (let second = 0; second <= 30; second++) rate.add(second * 1_000, second * 10);
    // Twice as fast from now on.
    for (let second = 31; second <= 41; second++) rate.add(second * 1_000, 300 + (second - 30) * 20);
    expect(rate.perSecond(41_000, 520)).toBeCloseTo(20, 0);
  });

  it('is unknown at first and begins anew with a new phase', () => {
    const rate = new Rate();
    rate.add(0, 0);
    expect(rate.perSecond(100, 5)).toBeNull();
    rate.add(1_000, 100);
    expect(rate.perSecond(1_000, 100)).toBe(100);
    rate.add(2_000, 0);
    expect(rate.perSecond(2_100, 1)).toBeNull();
  });
});
