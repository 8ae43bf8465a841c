/**
 * Kills trainings at random moments (kill -9 of every process) and resumes them, through the command line: the last checkpoint must be
 * that of a run nobody disturbed, byte for byte. `npm run resume-check -- --times 20 --size tiny`
 *
 * With `--images FOLDER`, on as many real pictures as the steps need: FOLDER holds `legend.csv` (image, emotion) and `images`. With
 * `--kill-at N`, not at a random moment: the engine's process ends itself within the N-th step.
 * `npm run resume-check -- --times 1 --size paper --images FOLDER --steps 10 --kill-at 5`
 * A kill that hits no training, before its beginning or after its end, is drawn again. `--device` says where; only `cpu` promises
 * the same bytes.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const { values: options } = parseArgs({
  options: {
    times: { type: 'string', default: '3' },
    size: { type: 'string', default: 'tiny' },
    steps: { type: 'string', default: '12' },
    images: { type: 'string' },
    'kill-at': { type: 'string' },
    device: { type: 'string', default: 'cpu' },
  },
});
const BATCH = 4;
const VALIDATED = 8;
const steps = Number(options.steps);
const CLI = fileURLToPath(new URL('../src-main/cli.ts', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'poster-var-resume-check-'));
const project = join(work, 'project');

interface Ended {
  readonly code: number | null;
  readonly answer: Readonly<Record<string, unknown>>;
  readonly seconds: number;
}

/** Runs a command; after `killAfter` seconds its whole process group gets SIGKILL. */
function cli(args: readonly string[], killAfter?: number, faults = ''): Promise<Ended> {
  const started = performance.now();
  // Its own group, so that the engine dies with it.
  const child = spawn(process.execPath, [CLI, ...args, '--json'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(faults !== '' && { NODE_ENV: 'test', POSTER_VAR_FAULTS: faults }) },
  });
  let out = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  const timer =
    killAfter === undefined ? null : setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), killAfter * 1_000);
  return new Promise((done) =>
    child.on('close', (code) => {
      if (timer !== null) clearTimeout(timer);
      const answer = out.trim() === '' ? {} : (JSON.parse(out) as Record<string, unknown>);
      done({ code, answer, seconds: (performance.now() - started) / 1_000 });
    }),
  );
}

/** Pictures of coloured noise in two classes and two splits. */
async function makeImages(folder: string): Promise<void> {
  const kinds = ['happy', 'sad'];
  for (const [split, count] of [
    ['train', (steps * BATCH) / 4],
    ['val', 4],
  ] as const)
    for (let index = 0; index < count; index++) {
      const kind = kinds[index % 2] ?? 'sad';
      mkdirSync(join(folder, split, kind), { recursive: true });
      const pixels = Buffer.from(
        Array.from({ length: 48 * 48 * 3 }, (_, at) => (at * 7 + index * 31 + (at % 3) * 90) % 256),
      );
      await sharp(pixels, { raw: { width: 48, height: 48, channels: 3 } })
        .png()
        .toFile(join(folder, split, kind, `${index}.png`));
    }
}

/** Real pictures, as many as the steps need and a few to validate on, in folders by split and class. */
async function takeImages(from: string, folder: string): Promise<void> {
  const rows = readFileSync(join(from, 'legend.csv'), 'utf8').trim().split(/\r?\n/);
  const names = rows[0]?.split(',') ?? [];
  const cell = (row: string, name: string): string => row.split(',')[names.indexOf(name)] ?? '';
  const all = rows.slice(1).map((row) => ({ image: cell(row, 'image'), emotion: cell(row, 'emotion').toLowerCase() }));
  const wanted = steps * BATCH + VALIDATED;
  const chosen = all.filter((_, index) => index % Math.floor(all.length / wanted) === 0).slice(0, wanted);
  for (const [index, { image, emotion }] of chosen.entries()) {
    const target = join(folder, index < VALIDATED ? 'val' : 'train', emotion);
    mkdirSync(target, { recursive: true });
    await copyFile(join(from, 'images', image), join(target, `${index}-${image}`));
  }
}

/** Number of the newest run that has a folder; 0 for none. */
function newestRun(): number {
  const folder = join(project, 'checkpoints');
  const numbers = existsSync(folder)
    ? readdirSync(folder).map((name) => Number(/^run-(\d+)$/.exec(name)?.[1] ?? 0))
    : [];
  return Math.max(0, ...numbers);
}

const hashOf = (run: unknown): string =>
  createHash('sha256')
    .update(readFileSync(join(project, 'checkpoints', `run-${Number(run)}`, 'last.safetensors')))
    .digest('hex');

const train = [
  'train',
  '--project',
  project,
  '--dataset',
  'faces',
  '--device',
  options.device,
  '--preset',
  'quick',
  '--size',
  options.size,
].concat([
  '--batch',
  String(BATCH),
  '--epochs',
  options.images === undefined ? '4' : '1',
  '--checkpoint-minutes',
  '0',
  '--allow-leak',
]);

let same = 0;
const times = Number(options.times);
try {
  const source = join(work, 'images');
  await (options.images === undefined ? makeImages(source) : takeImages(resolve(options.images), source));
  await cli(['import', source, '--project', project, '--name', 'faces']);
  const straight = await cli(train);
  if (straight.code !== 0) throw new Error(`The straight run failed: ${JSON.stringify(straight.answer)}`);
  const expected = hashOf(straight.answer['run']);
  console.log(`Straight run: ${straight.seconds.toFixed(1)} s, ${expected.slice(0, 12)}`);
  let drawn = 0;
  for (let time = 1; time <= times;) {
    // Draws that hit no training, before its beginning or after its end, say nothing; so many in a row mean that none ever will.
    if (++drawn > 20 * times) throw new Error('No kill ever hit a training: give it more --steps.');
    const killAt = options['kill-at'];
    const before = newestRun();
    const killed = await (killAt === undefined
      ? cli(train, straight.seconds * (0.2 + 0.7 * Math.random()))
      : cli(train, undefined, `step-kill@${killAt}`));
    if (killAt !== undefined && killed.code === 0) throw new Error(`Nothing ended the run at step ${killAt}.`);
    const run = newestRun();
    if (killed.code === 0 || run === before) {
      console.log(
        `   killed after ${killed.seconds.toFixed(1)} s: ${run === before ? 'not begun' : 'ended'}; drawn again`,
      );
      continue;
    }
    const resumed = await cli(['train', '--project', project, '--resume', String(run)]);
    const refused = (resumed.answer['error'] as { kind?: unknown } | undefined)?.kind;
    if (resumed.code !== 0 && refused === 'conflict') {
      console.log(`   killed after ${killed.seconds.toFixed(1)} s: just ended; drawn again`);
      continue;
    }
    const equal = resumed.code === 0 && hashOf(run) === expected;
    if (equal) same += 1;
    console.log(
      `${time}/${times}: killed after ${killed.seconds.toFixed(1)} s, resumed: ${equal ? 'same bytes' : 'DIFFERENT'}`,
    );
    time++;
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`${same} of ${times} the same`);
process.exitCode = same === times ? 0 : 1;
