/** How fast each device was found to be: kept in the application's folder, so that `auto` measures once, not at every start. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const Kept = z.record(z.string(), z.number().positive());

export class Measurements {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Seconds by what was measured: device, driver, runtime version and work all stand in the key. */
  get(key: string): number | null {
    return this.#read()[key] ?? null;
  }

  set(key: string, seconds: number): void {
    this.#write({ ...this.#read(), [key]: seconds });
  }

  /** It is measured again when it is asked for next. */
  remove(key: string): void {
    const { [key]: known, ...others } = this.#read();
    if (known !== undefined) this.#write(others);
  }

  #write(kept: Readonly<Record<string, number>>): void {
    const text = `${JSON.stringify(kept, null, 2)}\n`;
    mkdirSync(dirname(this.#file), { recursive: true });
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, text);
    renameSync(draft, this.#file);
  }

  #read(): Readonly<Record<string, number>> {
    if (!existsSync(this.#file)) return {};
    try {
      return Kept.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch {
      // Half written by another version, or edited by hand: measured again.
      return {};
    }
  }
}
