import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Entry = z.object({ path: z.string(), name: z.string(), sample: z.boolean(), openedAt: z.string() });
export type RecentEntry = z.infer<typeof Entry>;

const KEPT = 20;

/** The projects opened last, the newest first: a JSON file in the application's home. */
export class RecentList {
  readonly #home: string;
  readonly #file: string;

  constructor(home: string) {
    this.#home = home;
    this.#file = join(home, 'recent.json');
  }

  /** A file that cannot be understood is put aside and the list begins anew. */
  read(): RecentEntry[] {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch {
      return [];
    }
    try {
      return z.array(Entry).parse(JSON.parse(text));
    } catch {
      renameSync(this.#file, `${this.#file}.damaged-${Date.now()}`);
      return [];
    }
  }

  add(entry: RecentEntry): void {
    const others = this.read().filter((other) => other.path !== entry.path);
    this.#write([entry, ...others].slice(0, KEPT));
  }

  remove(path: string): void {
    this.#write(this.read().filter((entry) => entry.path !== path));
  }

  #write(entries: readonly RecentEntry[]): void {
    mkdirSync(this.#home, { recursive: true });
    // Written beside and renamed: a crash leaves the old list or the new one.
    const draft = `${this.#file}.${process.pid}`;
    const handle = openSync(draft, 'w');
    try {
      writeSync(handle, `${JSON.stringify(entries, null, 2)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, this.#file);
  }
}
