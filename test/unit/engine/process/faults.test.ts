/** Faults that are injected into the real engine process, and what becomes of the training there. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SEVEN } from '../../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { TrainSettings } from '../../../../src-shared/domain/run.ts';
import { createEngine } from '../../../../src-main/services/engine/client.ts';
import { FAULT_POINTS } from '../../../../src-main/services/engine/faults.ts';
import type { TrainingEvent, TrainingImage, TrainingPlan } from '../../../../src-main/services/engine/interface.ts';
import { forkEngine } from '../../../../src-main/services/engine/process/spawn.ts';
import { drawFaces } from '../../../fixtures/faces.ts';

// Each opens an engine process and traces a step: seconds on an idle machine, many times that on a busy one.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
let images: TrainingImage[];
let straight: Buffer;

const settings = TrainSettings.parse({
  ...{ preset: 'test', size: 'tiny', vich: true, layerEmbedding: true, frozenBackboneBatchNorm: 'batch' },
  ...{ vichKl: 'paper', lambda: 0.01, epochs: 2, batch: 8, learningRate: 1e-3, weightDecay: 1e-4, gamma: 0.9 },
  labelSmoothing: 0,
  augmentation: { horizontalFlip: true, colorJitter: 0.2, rotation: 10, cropPadding: 8, randomErasing: 0.5 },
  seed: 4,
  checkpointMinutes: 0,
});

/** Trains 24 faces, three steps an epoch, in an engine process with these faults. */
async function train(
  name: string,
  faults: string,
  { resume = false, tell }: { resume?: boolean; tell?: (event: TrainingEvent) => void } = {},
) {
  const engine = createEngine({
    home: folder,
    spawn: (program, environment) => forkEngine(program, { ...environment, POSTER_VAR_FAULTS: faults }),
  });
  const events: TrainingEvent[] = [];
  const plan: TrainingPlan = {
    ...{ settings, classes: SEVEN, train: images.slice(0, 24), val: images.slice(24), device: 'cpu' },
    ...{ folder: join(folder, name), roots: [join(folder, 'images')], resume },
  };
  const onEvent = (event: TrainingEvent): void => {
    events.push(event);
    tell?.(event);
  };
  try {
    const failure = await engine.train(plan, onEvent, new AbortController().signal).then(
      () => null,
      (thrown: unknown) => {
        if (thrown instanceof FailureError) return thrown.failure;
        throw thrown;
      },
    );
    return { events, failure };
  } finally {
    await engine.close();
  }
}

const lastOf = (name: string): Buffer => readFileSync(join(folder, name, 'last.safetensors'));
const waits = (events: readonly TrainingEvent[]) =>
  events.flatMap((one) => (one.kind === 'waiting' ? [one.reason] : []));
const notes = (events: readonly TrainingEvent[]) => events.flatMap((one) => (one.kind === 'note' ? [one.text] : []));
const epochs = (events: readonly TrainingEvent[]) =>
  events.flatMap((one) => (one.kind === 'epoch' ? [one.metrics.epoch] : []));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'poster-var-faults-'));
  mkdirSync(join(folder, 'images'));
  const faces = await drawFaces(4);
  images = await Promise.all(
    faces.map(async ({ expression, jpeg }, id) => {
      const file = join(folder, 'images', `face-${id}.jpg`);
      await writeFile(file, jpeg);
      return { id, file, label: SEVEN.indexOf(expression) };
    }),
  );
  expect((await train('straight', '')).failure).toBeNull();
  straight = lastOf('straight');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a training in the engine process', () => {
  it('ends as failed when a loss is no number: the batch is named, the last good checkpoint stays', async () => {
    const { failure, events } = await train('nan', 'step-nan@5');
    expect(failure).toMatchObject({
      kind: 'engine',
      message: /^At step 5 \(epoch 2\) the loss became NaN, after the images (face-\d+\.jpg(, )?){6} and 2 more/,
    });
    const named = notes(events).at(-1) ?? '';
    expect(named.match(/face-\d+\.jpg/g)).toHaveLength(8);
    expect(epochs(events)).toEqual([1]);
    expect(readdirSync(join(folder, 'nan'))).toContain('best.safetensors');
    // From the step before, it goes on to what a straight run gives.
    const resumed = await train('nan', '', { resume: true });
    expect(resumed.events[0]).toMatchObject({ kind: 'started', done: 4 });
    expect(lastOf('nan').equals(straight)).toBe(true);
  });

  it('halves the batch once when memory runs out, says so, and goes on', async () => {
    const { failure, events } = await train('memory', 'step-memory@2');
    expect(failure).toBeNull();
    expect(notes(events)).toEqual(['Memory ran out: each batch of 8 now passes the network in 2 parts.']);
    expect(epochs(events)).toEqual([1, 2]);
    const losses = events.flatMap((one) => (one.kind === 'steps' ? [...one.loss] : []));
    expect(losses).toHaveLength(6);
    expect(losses.every(Number.isFinite)).toBe(true);
  });

  it('fails when half of the batch is too much as well, and keeps what it had', async () => {
    const { failure, events } = await train('memory-again', 'step-memory@2,step-memory@3');
    expect(failure).toMatchObject({ kind: 'engine', message: /Memory ran out, with half of the batch/ });
    expect(events.filter(({ kind }) => kind === 'saved')).toHaveLength(1);
  });

  it('waits when the disk is full at a checkpoint, and goes on when there is room', async () => {
    const { failure, events } = await train('full', 'checkpoint-full@2,checkpoint-full@3');
    expect(failure).toBeNull();
    expect(waits(events)).toEqual(['The disk is full: training goes on when there is room.', null]);
    expect(lastOf('full').equals(straight)).toBe(true);
    // Two waits of two seconds: no work was done in them, and the process time knows none of them.
    const { metrics } = events.find((one) => one.kind === 'epoch') ?? {};
    expect(metrics?.waitSeconds).toBeLessThanOrEqual(metrics?.processSeconds ?? 0);
  });

  it('waits while the images’ folder is gone in the middle of an epoch, and goes on when it is back', async () => {
    const [place, away] = [join(folder, 'images'), join(folder, 'away')];
    const { failure, events } = await train('gone', '', {
      tell: (event) => {
        if (event.kind === 'saved' && event.step === 1) renameSync(place, away);
        if (event.kind === 'waiting' && event.reason !== null) renameSync(away, place);
      },
    });
    expect(failure).toBeNull();
    expect(waits(events)).toEqual([`The folder ${place} is gone: training goes on when it is back.`, null]);
    expect(lastOf('gone').equals(straight)).toBe(true);
  });

  it('ends with a device that is lost at a step, and goes on in a new process to the same bytes', async () => {
    const { failure, events } = await train('lost', 'step-lost@5');
    expect(failure).toMatchObject({ kind: 'engine', message: /^The device was lost while it computed: / });
    expect(epochs(events)).toEqual([1]);
    const resumed = await train('lost', '', { resume: true });
    expect(resumed.events[0]).toMatchObject({ kind: 'started', done: 4 });
    expect(lastOf('lost').equals(straight)).toBe(true);
  });

  it('is lost with a process that is killed at a step, and goes on to the same bytes', async () => {
    const { failure, events } = await train('killed', 'step-kill@5');
    expect(failure).toMatchObject({ kind: 'lost', message: /signal SIGKILL/ });
    expect(epochs(events)).toEqual([1]);
    const resumed = await train('killed', '', { resume: true });
    expect(resumed.events[0]).toMatchObject({ kind: 'started', done: 4 });
    expect(lastOf('killed').equals(straight)).toBe(true);
  });

  // The second file is the resume point after the second step.
  it.each([
    ['while it is written', 4, 1],
    ['before it has its name', 5, 1],
    ['once it has its name', 6, 2],
  ])(
    'killed at a checkpoint, %s, goes on from the last whole one, and leaves nothing half-written',
    async (_, at, done) => {
      const name = `checkpoint-${at}`;
      const { failure } = await train(name, `checkpoint-kill@${at}`);
      expect(failure).toMatchObject({ kind: 'lost', message: /signal SIGKILL/ });
      const halves = () => readdirSync(join(folder, name)).filter((file) => file.endsWith('.tmp'));
      expect(halves()).toHaveLength(done === 1 ? 1 : 0);
      const resumed = await train(name, '', { resume: true });
      expect(resumed.events[0]).toMatchObject({ kind: 'started', done });
      expect(lastOf(name).equals(straight)).toBe(true);
      expect(halves()).toEqual([]);
    },
  );
});

describe('fault points', () => {
  const active = async (environment: Record<string, string>, before = ''): Promise<number> => {
    const faults = JSON.stringify(new URL('../../../../src-main/services/engine/faults.ts', import.meta.url).href);
    const { stdout } = await run(
      `${before}; const { faultAt, FAULT_POINTS } = await import(${faults});
       console.log(FAULT_POINTS.filter((point) => faultAt(point)).length)`,
      { POSTER_VAR_FAULTS: FAULT_POINTS.map((point) => `${point}@1`).join(), ...environment },
    );
    return Number(stdout);
  };

  it('do nothing outside tests, nor ever in the application', async () => {
    expect(await active({ NODE_ENV: 'test' })).toBe(FAULT_POINTS.length);
    for (const NODE_ENV of ['production', 'development', '']) expect(await active({ NODE_ENV })).toBe(0);
    const electron = `Object.defineProperty(process.versions, 'electron', { value: '45.0.0' })`;
    expect(await active({ NODE_ENV: 'test' }, electron)).toBe(0);
  });
});

function run(script: string, environment: Record<string, string>) {
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, ...environment },
  });
}
