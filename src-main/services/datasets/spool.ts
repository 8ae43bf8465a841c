import { mkdir, open, readdir, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeFailure } from '../files/write.ts';
import type { NewImage } from '../store/interface.ts';

const NAME = /^import-(\d+)\.ndjson$/;
/** Rows written at a time. */
const BATCH = 256;

/**
 * Rows on their way into the database, in a file: splits can only be dealt when all rows are known, and a million rows
 * do not belong in memory.
 */
export class Spool {
  readonly #file: string;
  readonly #handle: FileHandle;
  #pending: string[] = [];

  private constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  /**
   * @param job the import's job, which names the file.
   * @throws FailureError 'disk-full' or 'unavailable'.
   */
  static async create(folder: string, job: number): Promise<Spool> {
    const file = join(folder, `import-${job}.ndjson`);
    try {
      await mkdir(folder, { recursive: true });
      return new Spool(file, await open(file, 'w'));
    } catch (thrown) {
      throw writeFailure(file, thrown);
    }
  }

  async add(row: NewImage): Promise<void> {
    // readline also ends lines at these two characters, which JSON leaves as they are.
    this.#pending.push(
      JSON.stringify(row).replace(/[\u2028\u2029]/g, (mark) => (mark === '\u2028' ? '\\u2028' : '\\u2029')),
    );
    if (this.#pending.length >= BATCH) await this.#flush();
  }

  /** All rows in order; nothing can be added any more. */
  async *rows(): AsyncGenerator<NewImage> {
    await this.#flush();
    const lines = createInterface({ input: createReadStream(this.#file), crlfDelay: Infinity });
    // Written by this class a moment ago, in a folder of our own: the shape is known.
    for await (const line of lines) yield JSON.parse(line) as NewImage;
  }

  async remove(): Promise<void> {
    await this.#handle.close();
    await rm(this.#file, { force: true });
  }

  async #flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    const text = `${this.#pending.join('\n')}\n`;
    this.#pending = [];
    try {
      await this.#handle.appendFile(text);
    } catch (thrown) {
      throw writeFailure(this.#file, thrown);
    }
  }
}

/** Removes the spools of imports that are no longer alive: of a process that was killed. */
export async function removeSpools(folder: string, isAlive: (job: number) => boolean): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const job = NAME.exec(name)?.[1];
    if (job !== undefined && !isAlive(Number(job))) await rm(join(folder, name), { force: true });
  }
}
