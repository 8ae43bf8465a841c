/**
 * `npm run fuzz [files] [seed]`: damaged checkpoints by the hundred thousand through the reader. Counts crashes, files that took
 * longer than a second, and the most memory that was ever taken beyond a file's own size.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_ARGUMENTS } from '../../src-main/services/engine/process/spawn.ts';
import { Random } from '../../src-main/services/engine/random.ts';
import { MONSTERS, monster } from './monsters.ts';
import { mutated, seedFiles } from './mutate.ts';
import { readAll } from './read.ts';

const FILES = Number(process.argv[2] ?? 100_000);
const SEED = Number(process.argv[3] ?? 1);
const HANG_MS = 1_000;
const MEMORY_MIB = 256;
const MIB = 1024 * 1024;
const READER = join(import.meta.dirname, 'read-file.ts');

const counts = { read: 0, refused: 0, crash: 0 };
let hangs = 0;
let slowest = 0;

/** The best of three, of the processor's time: what else the machine does makes no file slow. */
function timed(file: Uint8Array): number {
  let best = Infinity;
  for (let round = 0; round < 3 && best > HANG_MS; round++) {
    const began = process.cpuUsage();
    const outcome = readAll(file);
    const { user, system } = process.cpuUsage(began);
    best = Math.min(best, (user + system) / 1_000);
    if (round > 0) continue;
    counts[outcome.kind] += 1;
    if (outcome.kind === 'crash') console.error(outcome.error);
  }
  slowest = Math.max(slowest, best);
  if (best > HANG_MS) hangs += 1;
  return best;
}

/** The best of three again, and the most memory that the process ever had, less what it started with and the file's size. */
function inOwnProcess(file: string): { ms: number; beyond: number } {
  const rounds = [0, 1, 2].map(() => {
    const { stdout, status } = spawnSync(process.execPath, [...NODE_ARGUMENTS.reader, READER, file], {
      encoding: 'utf8',
    });
    if (status !== 0) {
      counts.crash += 1;
      return { ms: 0, beyond: 0 };
    }
    return JSON.parse(stdout) as { ms: number; beyond: number };
  });
  return { ms: Math.min(...rounds.map(({ ms }) => ms)), beyond: Math.max(...rounds.map(({ beyond }) => beyond)) };
}

const seeds = seedFiles();
const random = Random.seeded(SEED);
const before = process.memoryUsage().rss;
for (let index = 0; index < FILES; index++) {
  timed(mutated(seeds, random));
  if ((index + 1) % 20_000 === 0) console.log(`${index + 1} files, slowest ${slowest.toFixed(0)} ms`);
}
const grown = (process.resourceUsage().maxRSS * 1024 - before) / MIB;
console.log(
  `${FILES} damaged files (seed ${SEED}): ${counts.read} read, ${counts.refused} refused, ${counts.crash} crashes, ` +
    `${hangs} over ${HANG_MS} ms (slowest ${slowest.toFixed(0)} ms), ${grown.toFixed(0)} MiB of memory beyond the start`,
);

let largest = 0;
const folder = mkdtempSync(join(tmpdir(), 'poster-var-fuzz-'));
for (const name of MONSTERS) {
  const file = join(folder, 'monster.pth');
  writeFileSync(file, monster(name));
  const { ms, beyond } = inOwnProcess(file);
  largest = Math.max(largest, beyond);
  if (ms > HANG_MS) hangs += 1;
  console.log(`60 MiB of ${name}: ${ms.toFixed(0)} ms, ${beyond.toFixed(0)} MiB beyond the file`);
}
rmSync(folder, { recursive: true });
const good = counts.crash === 0 && hangs === 0 && grown <= MEMORY_MIB && largest <= MEMORY_MIB;
console.log(good ? 'ok' : 'FAILED');
process.exitCode = good ? 0 : 1;
