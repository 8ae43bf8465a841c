/**
 * A program of the tests: runs `tiny` on a device and writes the numbers as JSON. In a process of its own, which has the
 * device's drivers in its environment, and which a driver may end.
 * Arguments: device, file for the numbers, prefix for profiles ("" for none).
 */
import { writeFileSync } from 'node:fs';
import { InferenceSession } from 'onnxruntime-node';
import type { Tensor } from 'onnxruntime-node';
import { sizeTable } from '../../../../src-main/services/engine/model/config.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import type { Weights } from '../../../../src-main/services/engine/model/initialise.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import type { DeviceId } from '../../../../src-main/services/engine/runtime/devices.ts';
import { IMAGE_SIZE } from '../../../../src-main/services/engine/runtime/graphs.ts';
import { openClassifier } from '../../../../src-main/services/engine/runtime/inference.ts';
import { HeadTrainer } from '../../../../src-main/services/engine/runtime/head-trainer.ts';
import { openTrainer } from '../../../../src-main/services/engine/runtime/trainer.ts';
import { drawNoise } from '../../../../src-main/services/engine/train/noise.ts';

/** What a device computed. */
export interface Computed {
  readonly mu: readonly number[];
  readonly logvar: readonly number[];
  /** Of each step, before its update. */
  readonly losses: readonly number[];
  readonly parameters: readonly number[];
  readonly moments: readonly number[];
  /** Of the head alone, trained on features: losses, then parameters, and what it makes of the features. */
  readonly head: readonly number[];
  readonly judged: readonly number[];
  /** What ONNX Runtime was given and gave back in the last step: by name, where it lay and how many numbers it has. */
  readonly traffic: { readonly in: Traffic; readonly out: Traffic };
}

export type Traffic = Readonly<Record<string, { readonly location: string; readonly size: number }>>;

const trafficOf = (tensors: Readonly<Record<string, Tensor>>): Traffic =>
  Object.fromEntries(Object.entries(tensors).map(([name, { location, size }]) => [name, { location, size }]));

let traffic: Computed['traffic'] = { in: {}, out: {} };

/** Looks on at every run of a session, whoever asks for it. */
function watch(session: InferenceSession): InferenceSession {
  const run = session.run.bind(session) as (
    feeds: InferenceSession.FeedsType,
    ...rest: readonly unknown[]
  ) => Promise<InferenceSession.ReturnType>;
  session.run = async (feeds: InferenceSession.FeedsType, ...rest: readonly unknown[]) => {
    const given = trafficOf(feeds);
    const outputs = await run(feeds, ...rest);
    traffic = { in: given, out: trafficOf(outputs) };
    return outputs;
  };
  return session;
}

const create = InferenceSession.create.bind(InferenceSession) as (
  ...rest: readonly unknown[]
) => Promise<InferenceSession>;
Reflect.set(InferenceSession, 'create', async (...rest: readonly unknown[]) => watch(await create(...rest)));

const STEPS = 2;
const HEAD_STEPS = 3;
const BATCH = 2;
const [device, out, prefix] = process.argv.slice(2) as [DeviceId, string, string];
const config = {
  size: 'tiny',
  classes: 7,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
} as const;
const tuning = (part: string): { profilePrefix?: string } => (prefix === '' ? {} : { profilePrefix: prefix + part });

const random = Random.seeded(8);
const images = Float32Array.from({ length: BATCH * IMAGE_SIZE }, () => random.normal());
const targets = new Float32Array(BATCH * 7);
for (let row = 0; row < BATCH; row += 1) targets[row * 7 + 2 * row] = 1;

const classifier = await openClassifier(initialise(config, 5), config, device, BATCH, tuning('forward'));
const { mu, logvar } = await classifier.run(images, BATCH);
await classifier.dispose();

const options = { batch: BATCH, vichKl: 'paper' } as const;
const trainer = await openTrainer(initialise(config, 5), config, device, options, tuning('step'));
const losses: number[] = [];
for (let step = 0; step < STEPS; step += 1) {
  const noise = drawNoise(random.split(`${step}`), config, BATCH);
  losses.push((await trainer.step({ images, targets }, noise, { lr: 1e-3, weightDecay: 1e-2, lambda: 0.01 })).loss);
}
const ofLastStep = traffic;
const numbers = (state: Weights): number[] =>
  [...state.values()].flatMap(({ dtype, data }) => (dtype === 'float32' ? [...data] : []));

const HEAD_ROWS = 8;
const head = new HeadTrainer(config, { vichKl: 'paper', optimizer: 'adamw', clip: true }, device);
head.start(initialise(config, 5));
const headBatch = { features: new Float32Array(0), targets: new Float32Array(HEAD_ROWS * 7) };
for (let row = 0; row < HEAD_ROWS; row += 1) headBatch.targets[row * 7 + (row % 7)] = 1;
headBatch.features = Float32Array.from({ length: HEAD_ROWS * sizeTable(config.size).vit.width }, () => random.normal());
const headLosses: number[] = [];
for (let step = 0; step < HEAD_STEPS; step += 1) {
  const noise = drawNoise(random.split(`head ${step}`), config, HEAD_ROWS);
  headLosses.push(await head.step(headBatch, noise, { lr: 1e-2, weightDecay: 1e-2, lambda: 0.01, clipNorm: 1 }));
}
const judgement = await head.judge(headBatch.features);
const headWeights = numbers(await head.weights());
await head.dispose();

const computed: Computed = {
  mu: [...mu],
  logvar: [...(logvar ?? [])],
  losses,
  parameters: numbers(await trainer.weights()),
  moments: numbers(await trainer.optimizerState()),
  head: [...headLosses, ...headWeights],
  judged: [...judgement.mu, ...(judgement.logvar ?? [])],
  traffic: ofLastStep,
};
await trainer.dispose();
writeFileSync(out, JSON.stringify(computed));
