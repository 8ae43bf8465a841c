/** Results of benchmarks, kept in the application's folder: they are of this machine, whatever project is open. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BenchmarkResult } from '../../../src-shared/domain/benchmark.ts';
import { writeFailure } from '../files/write.ts';

/** Longest list that is kept. */
const KEPT = 500;

export class KeptBenchmarks {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** The newest first. A line that another version wrote and this one does not understand is left out. */
  list(): BenchmarkResult[] {
    if (!existsSync(this.#file)) return [];
    return readFileSync(this.#file, 'utf8')
      .split('\n')
      .flatMap((line) => parsed(line) ?? [])
      .reverse();
  }

  /** @throws FailureError 'disk-full' or 'unavailable'; what was kept stays. */
  add(result: BenchmarkResult): void {
    const all = [...this.list().reverse(), result].slice(-KEPT);
    const draft = `${this.#file}.${process.pid}`;
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileSync(draft, all.map((one) => `${JSON.stringify(one)}\n`).join(''));
      renameSync(draft, this.#file);
    } catch (thrown) {
      rmSync(draft, { force: true });
      throw writeFailure(this.#file, thrown);
    }
  }

  clear(): void {
    rmSync(this.#file, { force: true });
  }
}

function parsed(line: string): BenchmarkResult | null {
  try {
    return BenchmarkResult.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
