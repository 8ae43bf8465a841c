/** Timing in a real engine process: what it measures, and that an abort ends it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { createEngine } from '../../../../src-main/services/engine/client.ts';
import type { Engine } from '../../../../src-main/services/engine/interface.ts';
import { forkEngine } from '../../../../src-main/services/engine/process/spawn.ts';
import type { EngineProcess } from '../../../../src-main/services/engine/process/spawn.ts';

let home: string;
let engine: Engine;
const started: EngineProcess[] = [];
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'poster-var-benchmark-'));
  engine = createEngine({
    home,
    spawn: (program, environment) => {
      const child = forkEngine(program, environment);
      started.push(child);
      return child;
    },
  });
});
afterAll(async () => {
  await engine.close();
  rmSync(home, { recursive: true, force: true });
});

const tiny = { device: 'cpu', model: { size: 'tiny', classes: 7, vich: true }, batch: 2 } as const;

describe('a benchmark in the engine process', () => {
  it('times the passes that count, in a process that is gone afterwards', { timeout: 120_000 }, async () => {
    const passes: number[] = [];
    const measured = await engine.benchmark(
      { ...tiny, warmUp: 2, repeats: 5 },
      (done) => passes.push(done),
      new AbortController().signal,
    );
    expect(measured.seconds).toHaveLength(5);
    expect(measured.seconds.every((seconds) => seconds > 0 && seconds < 60)).toBe(true);
    expect(measured).toMatchObject({ size: 'tiny', classes: 7, vich: true, parameters: 724_381 });
    expect(measured.multiplyAdds).toBeGreaterThan(1e7);
    // A Node process with the runtime and its model: more than what Node alone takes, less than this machine has.
    expect(measured.peakBytes).toBeGreaterThan(80e6);
    expect(measured.peakBytes).toBeLessThan(4e9);
    expect(passes[0]).toBe(1);
    const [child] = started.splice(0);
    expect(isAlive(child?.pid)).toBe(false);
  });

  it('ends with its process when it is cancelled', { timeout: 120_000 }, async () => {
    const stop = new AbortController();
    const failure: unknown = await engine
      .benchmark({ ...tiny, warmUp: 0, repeats: 10_000 }, () => stop.abort('keep'), stop.signal)
      .catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(FailureError);
    expect((failure as FailureError).failure.kind).toBe('cancelled');
    const [child] = started.splice(0);
    expect(isAlive(child?.pid)).toBe(false);
  });

  it('refuses a device that cannot be used before anything starts', { timeout: 120_000 }, async () => {
    const missing = process.platform === 'win32' ? 'coreml' : 'dml';
    await expect(
      engine.benchmark(
        { ...tiny, device: missing, warmUp: 0, repeats: 2 },
        () => undefined,
        new AbortController().signal,
      ),
    ).rejects.toThrow(new RegExp(`The device ${missing} cannot be used`));
  });
});

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) throw new Error('no process was started');
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
