import { constants } from 'node:fs';
import { copyFile, link, mkdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { FileMode } from '../../../src-shared/domain/export.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';

const codeOf = (thrown: unknown): unknown => (thrown instanceof Error && 'code' in thrown ? thrown.code : null);

/** Brings image files into an export's folder, each under a name of its own. */
export class FilePlacer {
  readonly #folder: string;
  readonly #mode: Exclude<FileMode, 'refer'>;
  readonly #made = new Set<string>();
  /** How often a name that was taken has been asked for; others need no memory. */
  readonly #taken = new Map<string, number>();
  /** Files that had to be copied because they lie on another disk. */
  copied = 0;

  constructor(folder: string, mode: Exclude<FileMode, 'refer'>) {
    this.#folder = folder;
    this.#mode = mode;
  }

  /**
   * Places a file at a path below the folder; where that name is taken, under the next free one ("a-2.jpg").
   * @returns the path, with forward slashes.
   * @throws FailureError 'unreadable' naming a source that cannot be read.
   */
  async place(source: string, wanted: string): Promise<string> {
    await this.#makeFolder(dirname(wanted));
    for (let number = this.#taken.get(wanted) ?? 1; ; number++) {
      const path = numbered(wanted, number);
      if (await this.#put(source, join(this.#folder, path))) {
        if (number > 1) this.#taken.set(wanted, number + 1);
        return path;
      }
    }
  }

  /** Places a file under this very path; several images may be parts of one file, which is placed once. */
  async placeAs(source: string, path: string): Promise<void> {
    await this.#makeFolder(dirname(path));
    await this.#put(source, join(this.#folder, path));
  }

  async #makeFolder(parent: string): Promise<void> {
    if (this.#made.has(parent)) return;
    await mkdir(join(this.#folder, parent), { recursive: true });
    this.#made.add(parent);
  }

  /** False where the name is taken. */
  async #put(source: string, target: string): Promise<boolean> {
    try {
      if (this.#mode === 'copy') await copyFile(source, target, constants.COPYFILE_EXCL);
      else await this.#link(source, target);
      return true;
    } catch (thrown) {
      const code = codeOf(thrown);
      if (code === 'EEXIST') return false;
      if (code !== 'ENOENT' && code !== 'EACCES') throw thrown;
      throw new FailureError({
        kind: 'unreadable',
        message: `The image ${source} cannot be read: the export would have a gap.`,
        remedy: 'Put the file back or exclude the image, then export again.',
      });
    }
  }

  /** A second name of the same bytes; another disk, or a file system without such names, gets a copy. */
  async #link(source: string, target: string): Promise<void> {
    try {
      await link(source, target);
    } catch (thrown) {
      const code = codeOf(thrown);
      if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw thrown;
      await copyFile(source, target, constants.COPYFILE_EXCL);
      this.copied++;
    }
  }
}

/** "a.jpg", then "a-2.jpg" … */
function numbered(path: string, number: number): string {
  if (number === 1) return path;
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}-${number}${ending}`;
}

/** An image's file name that is harmless everywhere: no character that a shell, a spreadsheet or Windows would read as something else. */
export function safeName(path: string): string {
  const name = basename(path).replace(/[\p{Cc}<>:"/\\|?*]/gu, '_');
  return /^[=+\-@.]/.test(name) ? `_${name}` : name;
}
