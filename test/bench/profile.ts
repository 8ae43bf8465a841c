/** `--profile`: where a run's time goes, op by op, from ONNX Runtime's own profiler. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { openExplainer } from '../../src-main/services/engine/explain/gradcam.ts';
import { openClassifier } from '../../src-main/services/engine/runtime/inference.ts';
import { float32, openSession } from '../../src-main/services/engine/runtime/session.ts';
import type { SessionTuning } from '../../src-main/services/engine/runtime/session.ts';
import { openTrainer } from '../../src-main/services/engine/runtime/trainer.ts';
import { toOnnx } from '../../src-main/services/engine/trace/onnx.ts';
import { trace } from '../../src-main/services/engine/trace/trace.ts';
import { spreadOf } from './measure.ts';
import { images, paper, paperWeights, stepInput } from './paper.ts';

interface Work {
  readonly name: string;
  open(tuning: SessionTuning): Promise<{ run(): Promise<unknown>; dispose(): Promise<void> }>;
}

const works: readonly Work[] = [
  {
    name: 'forward-8',
    async open(tuning) {
      const classifier = await openClassifier(paperWeights(), paper, 'cpu', 8, tuning);
      return { run: () => classifier.run(images(8), 8), dispose: () => classifier.dispose() };
    },
  },
  {
    name: 'forward-1',
    async open(tuning) {
      const classifier = await openClassifier(paperWeights(), paper, 'cpu', 1, tuning);
      return { run: () => classifier.run(images(1), 1), dispose: () => classifier.dispose() };
    },
  },
  {
    name: 'gradcam',
    async open(tuning) {
      const explainer = await openExplainer(paperWeights(), paper, 'cpu', tuning);
      return { run: () => explainer.run(images(1)), dispose: () => explainer.dispose() };
    },
  },
  {
    name: 'step',
    async open(tuning) {
      const trainer = await openTrainer(paperWeights(), paper, 'cpu', { batch: 8, vichKl: 'paper' }, tuning);
      return { run: () => trainer.step(...stepInput(8)), dispose: () => trainer.dispose() };
    },
  },
];

/** Shapes of a node's operands, each as `{ type: shape }`. */
type Shapes = readonly Readonly<Record<string, readonly number[]>>[];

/** An event of the profile, as far as it is read here. */
interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: Shapes;
    readonly output_type_shape?: Shapes;
  };
}

const RUNS = 5;
const product = (shape: readonly number[]): number => shape.reduce((total, side) => total * side, 1);

/** Multiplications and additions of the ops that consist of little else; 0 for the others. */
function flops({ args }: ProfileEvent): number {
  const shapes = (list: Shapes = []): (readonly number[])[] => list.map((entry) => Object.values(entry)[0] ?? []);
  const [a = [], b = []] = shapes(args?.input_type_shape);
  const [y = []] = shapes(args?.output_type_shape);
  switch (args?.op_name) {
    case 'Conv':
    case 'FusedConv':
      return 2 * product(y) * product(b.slice(1));
    case 'ConvTranspose':
      return 2 * product(a) * product(b.slice(1));
    case 'Gemm':
    case 'FusedGemm':
    case 'MatMul':
    case 'FusedMatMul': {
      // The inner side is what both operands have beyond the result's two.
      const [rows, columns] = [y.at(-2) ?? 1, y.at(-1) ?? 1];
      const matrix = (a.at(-2) ?? 1) * (a.at(-1) ?? 1);
      return 2 * product(y.slice(0, -2)) * columns * (matrix % rows === 0 ? matrix : 0);
    }
    default:
      return 0;
  }
}

/** Floating-point operations a second of a large matrix product: what this machine can do at best. */
export async function sgemmPeak(): Promise<number> {
  const side = 1536;
  const graph = trace(({ a, b }) => ({ y: tf.matMul(a, b) }), {
    a: { shape: [side, side] },
    b: { shape: [side, side] },
  });
  const data = new Float32Array(side * side).map((_, index) => (index % 7) - 3);
  const session = await openSession(toOnnx(graph, { constants: new Map([['b', data]]) }), 'cpu');
  let best = 0;
  for (let round = 0; round < 12; round += 1) {
    const start = performance.now();
    await session.run({ a: float32(data, [side, side]) });
    best = Math.max(best, (2 * side ** 3) / ((performance.now() - start) / 1000));
  }
  await session.release();
  return best;
}

async function profileOf(work: Work, folder: string): Promise<ProfileEvent[]> {
  const opened = await work.open({ profilePrefix: join(folder, work.name) });
  for (let run = 0; run < RUNS + 2; run += 1) await opened.run();
  await opened.dispose();
  const file = (await readdir(folder)).find((name) => name.startsWith(`${work.name}_`));
  if (file === undefined) throw new Error(`ONNX Runtime wrote no profile of ${work.name}`);
  return JSON.parse(await readFile(join(folder, file), 'utf8')) as ProfileEvent[];
}

/** Kernels of the last runs; the first two are slow and do not count. */
function kernelsOf(events: readonly ProfileEvent[]): ProfileEvent[] {
  const kernels = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
  return kernels.slice((kernels.length / (RUNS + 2)) * 2);
}

interface Share {
  readonly op: string;
  readonly count: number;
  readonly seconds: number;
  readonly flops: number;
}

/** The op, and of convolutions the kind: they differ in what limits them. */
function labelOf({ args }: ProfileEvent): string {
  const op = args?.op_name ?? '?';
  const filter = Object.values(args?.input_type_shape?.[1] ?? {})[0];
  if (!op.includes('Conv') || filter?.length !== 4) return op;
  const [, into, rows, columns] = filter;
  return `${op} ${rows}x${columns}${into === 1 ? ' per channel' : ''}`;
}

function sharesOf(kernels: readonly ProfileEvent[]): Share[] {
  const groups = Map.groupBy(kernels, labelOf);
  return [...groups]
    .map(([op, group]) => ({
      op,
      count: group.length / RUNS,
      seconds: group.reduce((sum, { dur }) => sum + dur, 0) / RUNS / 1e6,
      flops: group.reduce((sum, event) => sum + flops(event), 0) / RUNS,
    }))
    .toSorted((a, b) => b.seconds - a.seconds);
}

function printShares(name: string, events: readonly ProfileEvent[], peak: number): void {
  const shares = sharesOf(kernelsOf(events));
  const total = shares.reduce((sum, { seconds }) => sum + seconds, 0);
  const runs = events.filter(({ name: event }) => event === 'model_run').slice(-RUNS);
  const whole = spreadOf(runs.map(({ dur }) => dur / 1e6)).median;
  console.log(`\n${name}: ${(1000 * whole).toFixed(0)} ms a run, ${(1000 * total).toFixed(0)} ms of it in kernels`);
  console.log(
    `${'op'.padEnd(24)}${'nodes'.padStart(6)}${'ms'.padStart(9)}${'share'.padStart(8)}${'of peak'.padStart(9)}`,
  );
  for (const { op, count, seconds, flops: work } of shares.filter(({ seconds: own }) => own > total / 500)) {
    const ofPeak = work > 0 ? `${((100 * work) / seconds / peak).toFixed(0)}%` : '';
    const share = `${((100 * seconds) / total).toFixed(1)}%`;
    console.log(
      `${op.padEnd(24)}${count.toFixed(0).padStart(6)}${(1000 * seconds).toFixed(1).padStart(9)}${share.padStart(8)}${ofPeak.padStart(9)}`,
    );
  }
  const slowest = Map.groupBy(kernelsOf(events), ({ name: node }) => node);
  console.log('slowest nodes:');
  const nodes = [...slowest].map(([node, group]) => ({
    node,
    group,
    ms: group.reduce((sum, { dur }) => sum + dur, 0) / 1000 / RUNS,
  }));
  for (const { node, group, ms } of nodes.toSorted((a, b) => b.ms - a.ms).slice(0, 12)) {
    const [event] = group;
    const rate = event ? flops(event) / (ms / 1000) / peak : 0;
    const shapes = JSON.stringify(event?.args?.input_type_shape?.map((entry) => Object.values(entry)[0])) ?? '';
    console.log(
      `  ${ms.toFixed(1).padStart(7)} ms ${rate > 0 ? `${(100 * rate).toFixed(0)}%`.padStart(5) : '     '}  ${node.replace('_kernel_time', '')} ${event?.args?.op_name ?? ''} ${shapes}`,
    );
  }
}

/** Profiles the works whose names begin with one of the words, or all. */
export async function printProfiles(words: readonly string[]): Promise<void> {
  const chosen = works.filter(({ name }) => words.length === 0 || words.some((word) => name.startsWith(word)));
  const folder = await mkdtemp(join(tmpdir(), 'poster-var-profile-'));
  try {
    const peak = await sgemmPeak();
    console.log(`sgemm peak (${(peak / 1e9).toFixed(0)} GFLOP/s measured on a product of 1536-sided matrices)`);
    for (const work of chosen) printShares(work.name, await profileOf(work, folder), peak);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
