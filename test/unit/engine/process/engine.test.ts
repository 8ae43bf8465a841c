import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEVEN } from '../../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { TrainSettings } from '../../../../src-shared/domain/run.ts';
import { loadCheckpoint } from '../../../../src-main/services/engine/checkpoint/checkpoint.ts';
import { createEngine } from '../../../../src-main/services/engine/client.ts';
import type { EngineProcess } from '../../../../src-main/services/engine/client.ts';
import type { Engine, FileToPredict, TrainingEvent } from '../../../../src-main/services/engine/interface.ts';
import { forkEngine } from '../../../../src-main/services/engine/process/spawn.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';

const IMAGES = 21;
const started: EngineProcess[] = [];
const signal = new AbortController().signal;
let folder: string;
let checkpoint: string;
let engine: Engine;
let files: FileToPredict[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'poster-var-engine-'));
  checkpoint = join(folder, 'tiny.safetensors');
  const random = Random.seeded(3);
  files = await Promise.all(
    Array.from({ length: IMAGES }, async (_, id) => {
      const file = join(folder, `${id}.png`);
      const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, () => random.integer(256));
      await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
        .png()
        .toFile(file);
      return { id, file };
    }),
  );
  engine = createEngine({
    spawn: (program, environment) => {
      const child = forkEngine(program, environment);
      started.push(child);
      return child;
    },
  });
  await engine.initialise({ size: 'tiny', classes: SEVEN, vich: true, layerEmbedding: true, seed: 1, out: checkpoint });
});

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** mu of every file, by id. */
async function predict(of: readonly FileToPredict[], on = engine): Promise<Map<number, number[]>> {
  const mu = new Map<number, number[]>();
  await on.predict(
    { checkpoint, files: of, device: 'cpu' },
    (batch) => {
      expect(batch.failed).toEqual([]);
      expect(batch.logvar).toHaveLength(batch.ids.length * 7);
      batch.ids.forEach((id, at) => mu.set(id, [...batch.mu.subarray(at * 7, at * 7 + 7)]));
    },
    signal,
  );
  return mu;
}

async function failureOf(call: Promise<unknown>) {
  const thrown: unknown = await call.catch((cause: unknown) => cause);
  if (thrown instanceof FailureError) return thrown.failure;
  throw new Error(`No failure: ${String(thrown)}`);
}

const settings = TrainSettings.parse({
  preset: 'test',
  size: 'tiny',
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
  vichKl: 'paper',
  lambda: 0.01,
  epochs: 2,
  batch: 8,
  learningRate: 1e-3,
  weightDecay: 1e-4,
  gamma: 0.9,
  labelSmoothing: 0,
  augmentation: { horizontalFlip: true, colorJitter: 0.2, rotation: 10, cropPadding: 8, randomErasing: 0.5 },
  seed: 4,
});

interface Start {
  resume?: boolean;
  initialWeights?: readonly string[];
}

function trainInto(
  name: string,
  tell: (event: TrainingEvent) => void = () => undefined,
  { resume = false, initialWeights = [], ...change }: Partial<TrainSettings> & Start = {},
) {
  const images = files.map(({ id, file }) => ({ id, file, label: id % 7 }));
  const plan = {
    settings: { ...settings, ...change },
    classes: SEVEN,
    train: images.slice(0, 12),
    val: images.slice(12),
    device: 'cpu' as const,
    folder: join(folder, name),
    roots: [],
    resume,
    initialWeights,
  };
  return engine.train(plan, tell, signal);
}

describe('the engine process', () => {
  it('initialises and describes a checkpoint', async () => {
    expect(await engine.inspect(checkpoint)).toMatchObject({ size: 'tiny', classes: SEVEN, vich: true });
    const again = join(folder, 'again.safetensors');
    const made = await engine.initialise({
      size: 'tiny',
      classes: SEVEN,
      vich: true,
      layerEmbedding: true,
      seed: 1,
      out: again,
    });
    expect(made.hash).toBe((await engine.inspect(checkpoint)).hash);
    expect(await failureOf(engine.inspect(join(folder, 'none')))).toMatchObject({ kind: 'not-found' });
  });

  it('lists the processor among the devices', async () => {
    const devices = await engine.devices();
    expect(devices.find((device) => device.id === 'cpu')).toMatchObject({ available: true, reason: null });
    for (const device of devices) expect(device.available).toBe(device.reason === null);
  });

  it('gives an image the same numbers whatever its place and company, and after a restart', async () => {
    const straight = await predict(files);
    expect([...straight.keys()]).toEqual(files.map(({ id }) => id));
    expect(new Set([...straight.values()].map((mu) => mu.join()))).toHaveProperty('size', IMAGES);
    const backwards = await predict([...files].reverse());
    const other = createEngine();
    try {
      const restarted = await predict(files, other);
      for (const [id, mu] of straight) {
        expect(backwards.get(id)).toEqual(mu);
        expect(restarted.get(id)).toEqual(mu);
      }
      expect([...(await predict(files.slice(7, 8), other)).values()]).toEqual([straight.get(7)]);
    } finally {
      await other.close();
    }
  });

  it('names files that cannot be read and goes on', async () => {
    const broken = join(folder, 'broken.png');
    writeFileSync(broken, 'no picture');
    const failed: string[] = [];
    const ids: number[] = [];
    await engine.predict(
      { checkpoint, files: [{ id: 90, file: broken }, ...files.slice(0, 3)], device: 'cpu' },
      (batch) => {
        ids.push(...batch.ids);
        failed.push(...batch.failed.map(({ id, reason }) => `${id} ${reason}`));
      },
      signal,
    );
    expect(ids).toEqual([0, 1, 2]);
    expect(failed).toEqual([expect.stringMatching(/^90 \S/)]);
  });

  it('explains every class in one answer, without landmarks from untrained weights', async () => {
    const file = files[0]?.file ?? '';
    const first = await engine.explain({ checkpoint, file, device: 'cpu' });
    expect(first).toMatchObject({ height: 7, width: 7, landmarks: null });
    expect(first.cams).toHaveLength(7 * 49);
    expect(first.mu).toHaveLength(7);
    expect(Math.min(...first.cams)).toBeGreaterThanOrEqual(0);
    const [predicted] = (await predict(files.slice(0, 1))).values();
    first.mu.forEach((value, index) => expect(value).toBeCloseTo(predicted?.[index] ?? NaN, 5));
    expect(await engine.explain({ checkpoint, file, device: 'cpu' })).toEqual(first);
  });

  it('stops predicting when told so', async () => {
    const abort = new AbortController();
    const many = Array.from({ length: 400 }, (_, index) => files[index % IMAGES]).filter((file) => file !== undefined);
    let batches = 0;
    const call = engine.predict(
      { checkpoint, files: many, device: 'cpu' },
      () => {
        batches += 1;
        abort.abort();
      },
      abort.signal,
    );
    expect((await failureOf(call)).kind).toBe('cancelled');
    expect(batches).toBeLessThan(5);
  });

  it('trains, and trains again to the same bytes', async () => {
    const events: TrainingEvent[] = [];
    const outcome = await trainInto('first', (event) => events.push(event));
    expect(events.map((event) => event.kind)).toEqual(expect.arrayContaining(['started', 'steps', 'epoch']));
    expect(events.flatMap((event) => (event.kind === 'steps' ? [...event.loss] : []))).toHaveLength(4);
    expect(readdirSync(join(folder, 'first')).sort()).toEqual([
      'best.safetensors',
      'last.safetensors',
      expect.stringMatching(/^resume-0000000002\.[0-9a-f]{64}\.safetensors$/),
      expect.stringMatching(/^resume-0000000004\./),
    ]);
    expect((await engine.inspect(outcome.checkpoint)).hash).toBe(outcome.hash);
    expect((await trainInto('second')).hash).toBe(outcome.hash);
  });

  it('starts from files of initial weights, and says what they brought', async () => {
    const notes: string[] = [];
    const told = (event: TrainingEvent): void => void (event.kind === 'note' && notes.push(event.text));
    // Another seed, and a learning rate that changes nothing but the running statistics: what was loaded stands in the result.
    const still = { learningRate: 1e-30, weightDecay: 0, seed: 9, epochs: 1 };
    const { checkpoint: trained } = await trainInto('from', told, { ...still, initialWeights: [checkpoint] });
    expect(notes).toEqual([
      expect.stringMatching(/^Weights start from tiny\.safetensors \(whole network\): \d+ tensors\.$/),
    ]);
    const name = 'VIT.head_vae.fc_mu.weight';
    const [began, ended] = [loadCheckpoint(checkpoint), loadCheckpoint(trained)].map(({ weights }) =>
      weights.get(name),
    );
    expect(ended?.data).toEqual(began?.data);
  });

  it('answers while it trains', async () => {
    const order: string[] = [];
    const training = trainInto('busy').then(() => order.push('trained'));
    await engine.inspect(checkpoint);
    order.push('answered');
    await training;
    expect(order).toEqual(['answered', 'trained']);
  });

  it('survives kill -9 in the middle of training, and goes on to the bytes of a straight run', async () => {
    const straight = new Map<number, number>();
    const losses = (into: Map<number, number>) => (event: TrainingEvent) => {
      if (event.kind === 'steps') event.loss.forEach((loss, index) => into.set(event.first + index, loss));
    };
    const change = {
      optimizer: 'sgd',
      samRho: 0.05,
      clipNorm: 1,
      accumulate: 2,
      learningRate: 0.01,
      checkpointMinutes: 0,
    } as const;
    const begin = join(folder, 'begin.safetensors');
    cpSync(checkpoint, begin);
    const expected = await trainInto('straight', losses(straight), { ...change, initialWeights: [begin] });
    const seen = new Map<number, number>();
    const training = trainInto(
      'killed',
      (event) => {
        losses(seen)(event);
        const pids = started.map((child) => child.pid);
        // The process that works was started after the one that answers. Step 3 of 4 is the first of the second epoch.
        if (event.kind === 'saved' && event.step === 3) process.kill(pids.at(-1) ?? 0, 'SIGKILL');
      },
      { ...change, initialWeights: [begin] },
    );
    expect(await failureOf(training)).toMatchObject({
      kind: 'lost',
      message: /ended unexpectedly \(signal SIGKILL\)/,
    });
    const before = started.length;
    expect((await predict(files)).size).toBe(IMAGES);
    expect(started).toHaveLength(before + 1);

    const events: TrainingEvent[] = [];
    const resume = (name: string) =>
      trainInto(
        name,
        (event) => {
          losses(seen)(event);
          events.push(event);
        },
        { ...change, resume: true, initialWeights: [begin] },
      );
    // All of its weights are in what it saved: the file that it began from is needed no more, but where nothing was saved.
    rmSync(begin);
    expect(await failureOf(resume('nothing-saved'))).toMatchObject({ kind: 'not-found' });
    const resumed = await resume('killed');
    expect(events[0]).toMatchObject({ kind: 'started', done: 3, totalSteps: 4 });
    expect(seen).toEqual(straight);
    expect(resumed.hash).toBe(expected.hash);
    const bytes = (name: string): Buffer => readFileSync(join(folder, name, 'last.safetensors'));
    expect(bytes('killed').equals(bytes('straight'))).toBe(true);
  });

  it('ends with its parent', async () => {
    const client = fileURLToPath(new URL('../../../../src-main/services/engine/client.ts', import.meta.url));
    const spawner = fileURLToPath(new URL('../../../../src-main/services/engine/process/spawn.ts', import.meta.url));
    const script = join(folder, 'parent.mjs');
    writeFileSync(
      script,
      `import { createEngine } from ${JSON.stringify(client)};
       import { forkEngine } from ${JSON.stringify(spawner)};
       const spawn = (program, environment) => { const child = forkEngine(program, environment); console.log(child.pid); return child; };
       await createEngine({ spawn }).inspect(${JSON.stringify(checkpoint)});
       process.kill(process.pid, 'SIGKILL');`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    parent.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await new Promise((resolve) => parent.on('close', resolve));
    const pid = Number(output);
    expect(pid).toBeGreaterThan(1);
    await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);
    expect(existsSync(checkpoint)).toBe(true);
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
