import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SEVEN } from '../../../../src-shared/domain/expression.ts';
import { TrainSettings } from '../../../../src-shared/domain/run.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { loadCheckpoint } from '../../../../src-main/services/engine/checkpoint/checkpoint.ts';
import { loadResumePoint } from '../../../../src-main/services/engine/checkpoint/resume.ts';
import type { TrainingEvent, TrainingPlan } from '../../../../src-main/services/engine/interface.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import { trainLoop } from '../../../../src-main/services/engine/train/loop.ts';
import type { Learner, LoopTools } from '../../../../src-main/services/engine/train/loop.ts';
import { PixelCache } from '../../../../src-main/services/engine/train/pixels.ts';
import type { Decode } from '../../../../src-main/services/engine/train/pixels.ts';
import { patience } from '../../../../src-main/services/engine/train/waiting.ts';

const config = {
  size: 'tiny',
  classes: 7,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
} as const;

function planOf(folder: string, change: Partial<TrainingPlan['settings']> = {}): TrainingPlan {
  const image = (id: number) => ({ id, file: `${id}.png`, label: id % 7 });
  return {
    settings: TrainSettings.parse({
      ...config,
      preset: 'test',
      vichKl: 'paper',
      lambda: 0,
      epochs: 3,
      batch: 4,
      learningRate: 0.1,
      weightDecay: 0,
      gamma: 0.5,
      labelSmoothing: 0,
      augmentation: { horizontalFlip: true, colorJitter: 0, rotation: 0, cropPadding: 0, randomErasing: 0 },
      seed: 1,
      ...change,
    }),
    classes: SEVEN,
    train: Array.from({ length: 10 }, (_, id) => image(id)),
    val: Array.from({ length: 4 }, (_, id) => image(100 + id)),
    device: 'cpu',
    folder,
    roots: [],
    resume: false,
  };
}

/** Learns one number, w, by gradient descent on (w - 3)²; step by step the loss is known by hand. */
class Quadratic implements Learner {
  readonly device = 'cpu';
  readonly seen: { rate: number; counted: number; noise: number; first: number }[] = [];
  value = 0;

  step: Learner['step'] = (batch, rate, random) => {
    this.seen.push({ rate, counted: batch.labels.length, noise: random.uint32(), first: batch.images[0] ?? 0 });
    const loss = (this.value - 3) ** 2;
    // float32, as what is saved.
    this.value = Math.fround(this.value - rate * 2 * (this.value - 3));
    const mu = new Float32Array(batch.labels.length * 7);
    batch.labels.forEach((label, slot) => (mu[slot * 7 + label] = 1));
    return Promise.resolve({ loss, mu });
  };
  weights: Learner['weights'] = () => Promise.resolve(initialise(config, this.seen.length + this.before));
  averaged: Learner['averaged'] = () => this.weights();
  /** Its one number, and how many steps made it. */
  optimizerState: Learner['optimizerState'] = () =>
    Promise.resolve(
      new Map([
        ['value', { dtype: 'float32', shape: [2], data: Float32Array.of(this.value, this.before + this.seen.length) }],
      ]),
    );
  before = 0;
  restore: Learner['restore'] = (_, optimizer) => {
    const saved = optimizer.get('value')?.data;
    this.value = Number(saved?.[0]);
    this.before = Number(saved?.[1]);
    return Promise.resolve();
  };
}

/** Accuracy of the epochs by a script: so many of the four validation images right. */
function toolsOf(learner: Learner, right: readonly number[], decode: Decode = blank): LoopTools {
  let epoch = 0;
  return {
    config,
    learner,
    pixels: new PixelCache(decode),
    patience: patience([], () => undefined),
    predict: () => {
      const mu = new Float32Array(4 * 7);
      for (let image = 0; image < 4; image++) {
        const label = (100 + image) % 7;
        mu[image * 7 + (image < (right[epoch] ?? 0) ? label : (label + 1) % 7)] = 1;
      }
      epoch += 1;
      return Promise.resolve({ mu, logvar: new Float32Array(4 * 7) });
    },
  };
}

const blank = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(224 * 224 * 3));

async function failureOf(training: Promise<unknown>) {
  const thrown: unknown = await training.catch((cause: unknown) => cause);
  if (thrown instanceof FailureError) return thrown.failure;
  throw new Error(`No failure: ${String(thrown)}`);
}

describe('trainLoop', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'poster-var-loop-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('runs every epoch, tells what happened and keeps the best and the last', async () => {
    const learner = new Quadratic();
    const events: TrainingEvent[] = [];
    const outcome = await trainLoop(
      planOf(folder),
      toolsOf(learner, [1, 3, 2]),
      (event) => events.push(event),
      new AbortController().signal,
    );
    expect(learner.seen.map((step) => step.rate)).toEqual([0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025]);
    expect(learner.seen.map((step) => step.counted)).toEqual([4, 4, 2, 4, 4, 2, 4, 4, 2]);
    expect(new Set(learner.seen.map((step) => step.noise)).size).toBe(9);
    expect(events[0]).toEqual({ kind: 'started', device: 'cpu', stepsPerEpoch: 3, totalSteps: 9, done: 0 });

    const losses = events.flatMap((event) => (event.kind === 'steps' ? [...event.loss] : []));
    expect(losses).toHaveLength(9);
    expect(losses[0]).toBe(9);
    expect(losses[1]).toBeCloseTo((0.6 - 3) ** 2, 5);
    const firsts = events.flatMap((event) => (event.kind === 'steps' ? [event.first] : []));
    expect(firsts[0]).toBe(1);

    const epochs = events.flatMap((event) => (event.kind === 'epoch' ? [event] : []));
    expect(epochs.map((event) => event.best)).toEqual([true, true, false]);
    expect(epochs.map((event) => event.metrics.valAccuracy)).toEqual([0.25, 0.75, 0.5]);
    expect(epochs[0]?.metrics).toMatchObject({ epoch: 1, learningRate: 0.1, trainAccuracy: 1, meanSigma: 1 });
    // Weighted by what counts: 4, 4 and 2 images.
    const weighted = ((losses[0] ?? 0) * 4 + (losses[1] ?? 0) * 4 + (losses[2] ?? 0) * 2) / 10;
    expect(epochs[0]?.metrics.trainLoss).toBeCloseTo(weighted, 5);

    expect(outcome).toMatchObject({ epochs: 3, best: { metric: 'accuracy', value: 0.75, epoch: 2 } });
    expect(outcome.checkpoint).toBe(join(folder, 'best.safetensors'));
    const best = loadCheckpoint(outcome.checkpoint);
    expect(best.info.hash).toBe(outcome.hash);
    expect(epochs[2]?.bestHash).toBe(outcome.hash);
    // The fake is sure of the label by 1: of ten training images, each is seen once an epoch.
    for (const { dynamics, metrics } of epochs) {
      expect([...(dynamics?.margin ?? [])]).toEqual(Array(10).fill(1));
      expect([...(dynamics?.predicted ?? [])]).toEqual(planOf(folder).train.map(({ label }) => label));
      expect(dynamics?.loss[3]).toBeCloseTo(Math.log(Math.E + 6) - 1, 6);
      expect(metrics.waitSeconds).toBeGreaterThanOrEqual(0);
      expect(metrics.waitSeconds).toBeLessThanOrEqual(metrics.processSeconds);
    }
    // The fake's weights are named by the steps taken: six at the end of epoch 2, nine at the end.
    expect(best.weights).toEqual(initialise(config, 6));
    expect(loadCheckpoint(join(folder, 'last.safetensors')).weights).toEqual(initialise(config, 9));
  });

  it.each([
    ['accuracy', 1, 0.75],
    ['balancedAccuracy', 2, 0.5],
    ['macroF1', 2, 0.5],
  ] as const)('keeps the epoch that is best by %s, after a resumption too', async (bestBy, epoch, value) => {
    // Three images of one class, one of another. Epoch 1 calls all the first: right 3 of 4, mean recall 1/2, mean F1 3/7. Epoch 2
    // finds one of the three and the other: right 2 of 4, mean recall 2/3, mean F1 1/2. Epoch 3 is like the first.
    const plan = planOf(folder, { bestBy, batch: 10 });
    const val = [0, 0, 0, 1].map((label, id) => ({ id: 100 + id, file: `${id}.png`, label }));
    const guesses = [
      [0, 0, 0, 0],
      [0, 1, 1, 1],
      [0, 0, 0, 0],
    ];
    const learner = new Quadratic();
    const tools = toolsOf(learner, []);
    let measured = 0;
    const predict = () => {
      const mu = new Float32Array(4 * 7);
      guesses[measured]?.forEach((guess, image) => (mu[image * 7 + guess] = 1));
      measured += 1;
      return Promise.resolve({ mu, logvar: null });
    };
    const events: TrainingEvent[] = [];
    const stop = new AbortController();
    const tell = (event: TrainingEvent): void => {
      events.push(event);
      if (event.kind === 'epoch' && event.metrics.epoch === 2) stop.abort('pause');
    };
    await failureOf(trainLoop({ ...plan, val }, { ...tools, predict }, tell, stop.signal));
    const resumed = { ...plan, val, resume: true };
    const outcome = await trainLoop(resumed, { ...tools, predict }, tell, new AbortController().signal);
    expect(outcome.best).toEqual({ metric: bestBy, value, epoch });
    const epochs = events.flatMap((event) => (event.kind === 'epoch' ? [event] : []));
    expect(epochs.map(({ best }) => best)).toEqual([true, epoch === 2, false]);
    expect(epochs[0]?.metrics).toMatchObject({ valBalancedAccuracy: 0.5, valMacroF1: 3 / 7 });
    expect(epochs[1]?.metrics).toMatchObject({ valBalancedAccuracy: 2 / 3, valMacroF1: 0.5 });
  });

  it('ends where the settings bear no more epochs without a better one, and says so', async () => {
    const learner = new Quadratic();
    const events: TrainingEvent[] = [];
    const plan = planOf(folder, { epochs: 9, earlyStopping: 2 });
    const tools = toolsOf(learner, [1, 3, 3, 2, 4]);
    const outcome = await trainLoop(plan, tools, (event) => events.push(event), new AbortController().signal);
    expect(outcome).toMatchObject({ epochs: 4, best: { value: 0.75, epoch: 2 } });
    expect(learner.seen).toHaveLength(12);
    const notes = events.flatMap((event) => (event.kind === 'note' ? [event.text] : []));
    expect(notes).toEqual(['Stopped after epoch 4: none of the last 2 was better than epoch 2.']);
    // Resumed after its end, it ends at once.
    const again = await trainLoop({ ...plan, resume: true }, tools, () => undefined, new AbortController().signal);
    expect(again).toMatchObject({ epochs: 4, best: { epoch: 2 } });
    expect(learner.seen).toHaveLength(12);
  });

  it('judges and keeps the averaged copy, and goes on from the weights', async () => {
    const learner = new Quadratic();
    learner.averaged = () => Promise.resolve(initialise(config, 500 + learner.seen.length));
    const outcome = await trainLoop(
      planOf(folder),
      toolsOf(learner, [1, 3, 2]),
      () => undefined,
      new AbortController().signal,
    );
    expect(loadCheckpoint(outcome.checkpoint).weights).toEqual(initialise(config, 506));
    expect(loadCheckpoint(join(folder, 'last.safetensors')).weights).toEqual(initialise(config, 509));
    expect(loadResumePoint(folder)?.weights).toEqual(initialise(config, 9));
  });

  it('counts an epoch by what its sampler draws, and warms up step by step', async () => {
    const learner = new Quadratic();
    const events: TrainingEvent[] = [];
    const settings = { sampler: 'balanced', perClass: 2, schedule: 'cosine', warmup: 0.5, epochs: 2 } as const;
    const plan = planOf(folder, settings);
    await trainLoop(plan, toolsOf(learner, [1, 1]), (event) => events.push(event), new AbortController().signal);
    // Two of each of seven classes, in batches of four.
    expect(learner.seen.map(({ counted }) => counted)).toEqual([4, 4, 4, 2, 4, 4, 4, 2]);
    expect(events[0]).toMatchObject({ stepsPerEpoch: 4, totalSteps: 8 });
    const [first, second, third] = learner.seen.map(({ rate }) => rate);
    expect([first, second, third]).toEqual([0.05, 0.1, 0.1]);
    const epoch = events.find((event) => event.kind === 'epoch');
    expect(epoch?.kind === 'epoch' && epoch.metrics.trainAccuracy).toBe(1);
  });

  it('repeats itself exactly, and differs for another seed', async () => {
    const trace = async (seed: number) => {
      const learner = new Quadratic();
      const bright = (file: string): Promise<Uint8Array> =>
        Promise.resolve(new Uint8Array(224 * 224 * 3).fill(Number.parseInt(file, 10)));
      const tools = toolsOf(learner, [1, 1, 1], bright);
      await trainLoop(planOf(folder, { seed }), tools, () => undefined, new AbortController().signal);
      return learner.seen;
    };
    expect(await trace(1)).toEqual(await trace(1));
    expect(await trace(1)).not.toEqual(await trace(2));
  });

  it('stops between two steps when cancelled and keeps what ended', async () => {
    const abort = new AbortController();
    const learner = new Quadratic();
    const training = trainLoop(
      planOf(folder),
      toolsOf(learner, [1, 2, 3]),
      (event) => {
        if (event.kind === 'epoch') abort.abort();
      },
      abort.signal,
    );
    expect((await failureOf(training)).kind).toBe('cancelled');
    expect(learner.seen).toHaveLength(3);
    expect(
      readdirSync(folder)
        .filter((name) => !name.startsWith('resume-'))
        .sort(),
    ).toEqual(['best.safetensors', 'last.safetensors']);
  });

  it('names the step at which the loss stops being a number', async () => {
    const learner = new Quadratic();
    const honest = learner.step;
    learner.step = async (...args) => {
      const result = await honest(...args);
      return learner.seen.length === 5 ? { ...result, loss: NaN } : result;
    };
    const events: TrainingEvent[] = [];
    const signal = new AbortController().signal;
    const training = trainLoop(planOf(folder), toolsOf(learner, [4, 4, 4]), (event) => events.push(event), signal);
    expect(await failureOf(training)).toMatchObject({
      kind: 'engine',
      message: /^At step 5 \(epoch 2\) the loss became NaN, after the images (\d\.png, ){3}\d\.png\.$/,
    });
    expect(loadCheckpoint(join(folder, 'best.safetensors')).weights).toEqual(initialise(config, 3));
    expect(events.flatMap((event) => (event.kind === 'steps' ? [...event.loss] : []))).toHaveLength(4);
  });

  it('keeps the best checkpoint of before where a weight becomes NaN in an epoch’s last step', async () => {
    const learner = new Quadratic();
    const honest = learner.weights;
    learner.weights = async () => {
      const weights = await honest();
      if (learner.seen.length === 6)
        [...weights.values()].find(({ dtype }) => dtype === 'float32')?.data.fill(NaN as never);
      return weights;
    };
    const training = trainLoop(
      planOf(folder, { checkpointMinutes: 10 }),
      toolsOf(learner, [1, 4, 4]),
      () => undefined,
      new AbortController().signal,
    );
    const message = expect.stringMatching(/^At step 6 \(epoch 2\) a weight became NaN or infinite, after the images /);
    expect(await failureOf(training)).toMatchObject({ kind: 'engine', message });
    for (const name of ['best.safetensors', 'last.safetensors'])
      expect(loadCheckpoint(join(folder, name)).weights).toEqual(initialise(config, 3));
  });

  it('fails with the reason when an image cannot be decoded', async () => {
    const broken = (file: string): Promise<Uint8Array> =>
      file === '7.png'
        ? Promise.reject(new FailureError({ kind: 'unreadable', message: '7.png is gone.', remedy: '' }))
        : blank();
    const signal = new AbortController().signal;
    const training = trainLoop(planOf(folder), toolsOf(new Quadratic(), [1], broken), () => undefined, signal);
    expect(await failureOf(training)).toMatchObject({ kind: 'unreadable', message: '7.png is gone.' });
  });

  it('refuses an empty split', async () => {
    const signal = new AbortController().signal;
    const plan = { ...planOf(folder), val: [] };
    const training = trainLoop(plan, toolsOf(new Quadratic(), []), () => undefined, signal);
    expect(await failureOf(training)).toMatchObject({ kind: 'invalid', message: /validation/ });
  });
});

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
