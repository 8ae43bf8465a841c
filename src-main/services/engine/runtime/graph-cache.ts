/**
 * Graphs that were traced, lowered and optimised before, on the disk. An entry's name is the hash of all that it follows from: the
 * engine's own code, the versions of the libraries, the processor, and what the program closes over. So nothing is ever out of date.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { extname, join } from 'node:path';
import { version_core as tensorflowJs } from '@tensorflow/tfjs-core';
import type { Program } from '../trace/program.ts';
import { onnxRuntimeVersion } from './devices.ts';

/** A step of `paper` takes 60 MB: a handful of settings. */
const LARGEST_BYTES = 512 * 1024 ** 2;
const HASH_BYTES = 32;

const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

export class GraphCache {
  readonly #folder: string;
  readonly #largest: number;

  constructor(folder: string, largest = LARGEST_BYTES) {
    this.#folder = folder;
    this.#largest = largest;
  }

  /** What was kept; null where nothing was, or where it does not have the content any more that it was kept with. */
  get(key: string): Uint8Array | null {
    const file = this.#file(key);
    try {
      const bytes = readFileSync(file);
      const content = bytes.subarray(HASH_BYTES);
      if (bytes.length >= HASH_BYTES && sha256(content).equals(bytes.subarray(0, HASH_BYTES))) {
        utimesSync(file, new Date(), new Date());
        return content;
      }
    } catch {
      return null;
    }
    this.forget(key);
    return null;
  }

  /** Keeps bytes under a key. A disk that is full or read-only costs time at the next opening, and nothing else. */
  put(key: string, content: Uint8Array): void {
    const draft = this.draft(key);
    try {
      this.makeFolder();
      writeFileSync(draft, sha256(content));
      writeFileSync(draft, content, { flag: 'a' });
      renameSync(draft, this.#file(key));
      this.#makeRoom();
    } catch {
      rmSync(draft, { force: true });
    }
  }

  makeFolder(): void {
    mkdirSync(this.#folder, { recursive: true });
  }

  forget(key: string): void {
    rmSync(this.#file(key), { force: true });
  }

  /** A file beside the entries that nobody reads until it has become one. */
  draft(key: string): string {
    return join(this.#folder, `${key}.${process.pid}.draft`);
  }

  #file(key: string): string {
    return join(this.#folder, `${key}.graph`);
  }

  /** What was used longest ago goes first; drafts of processes that died go with it. */
  #makeRoom(): void {
    const files = readdirSync(this.#folder).flatMap((name) => {
      const found = statSync(join(this.#folder, name), { throwIfNoEntry: false });
      return found ? [{ name, size: found.size, used: found.mtimeMs }] : [];
    });
    let left = this.#largest;
    for (const { name, size } of files.toSorted((a, b) => b.used - a.used)) {
      left -= size;
      if (left < 0) rmSync(join(this.#folder, name), { force: true });
    }
  }
}

/** The cache of this process's application; null where it has none, as in tests. */
export function graphCache(): GraphCache | null {
  const home = process.env['POSTER_VAR_HOME'];
  return home === undefined || home === '' ? null : new GraphCache(join(home, 'cache', 'graphs'));
}

/** The name of what a program becomes here; null for one that does not say what it is made of. */
export function graphKey(program: Program, block: number | null): string | null {
  if (program.made === undefined) return null;
  const versions = [onnxRuntimeVersion(), tensorflowJs, process.platform, process.arch, cpus()[0]?.model ?? ''];
  return sha256(JSON.stringify([versions, block, program.name, program.made, program.inputs]), ownCode()).toString(
    'hex',
  );
}

let code: Buffer | null = null;

/** A hash of the engine's sources, or of the files that they were bundled into. */
function ownCode(): Buffer {
  const isSource = extname(import.meta.filename) === '.ts';
  const root = isSource ? join(import.meta.dirname, '..') : import.meta.dirname;
  const folders = isSource ? ['model', 'trace', 'train', 'runtime'].map((name) => join(root, name)) : [root];
  code ??= sha256(...folders.flatMap((folder) => contents(folder, isSource)));
  return code;
}

function contents(folder: string, isSource: boolean): Buffer[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: isSource });
  return entries
    .filter((entry) => entry.isFile() && /^\.[cm]?[jt]s$/.test(extname(entry.name)))
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted()
    .map((file) => readFileSync(file));
}
