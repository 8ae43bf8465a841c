import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { loadCheckpoint } from '../../../../src-main/services/engine/checkpoint/checkpoint.ts';
import { loadResumePoint } from '../../../../src-main/services/engine/checkpoint/resume.ts';
import type { TrainingEvent } from '../../../../src-main/services/engine/interface.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import { trainLoop } from '../../../../src-main/services/engine/train/loop.ts';
import { blank, config, failureOf, planOf, Quadratic, toolsOf } from './quadratic.ts';

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
    const { kind, message } = await failureOf(training);
    expect(kind).toBe('engine');
    expect(message).toMatch(/^At step 6 \(epoch 2\) a weight became NaN or infinite, after the images /);
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
