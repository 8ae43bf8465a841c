import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { ImportProblem } from '../../../src-shared/domain/dataset.ts';
import { explainAccess, isWithin } from '../files/access.ts';

/** Where a path of the source leads: a file inside the root, or the reason why not. `path` is relative to the root. */
export type Location =
  | { readonly path: string; readonly file: string; readonly problem: null }
  | { readonly path: string; readonly problem: ImportProblem };

/** Real paths of folders that are remembered; then forgotten all at once. */
const REMEMBERED = 4_096;

/**
 * Resolves paths of a source to files, none of which lies outside the root: not by `..`, not absolutely, not through a
 * link.
 */
export class Locator {
  readonly root: string;
  readonly #bases: readonly string[];
  #realRoot: string | null = null;
  readonly #realFolders = new Map<string, string>();

  /** @param bases folders below the root that paths are tried against, in this order. */
  constructor(root: string, bases: readonly string[] = ['']) {
    this.root = resolve(root);
    this.#bases = [...new Set(bases)];
  }

  async locate(given: string): Promise<Location> {
    if (given.includes('\0')) return this.#problem(given, 'missing', 'The path holds a NUL character.');
    let refused: Location | null = null;
    for (const variant of variants(given))
      for (const base of this.#bases) {
        const found = await this.#tryOne(given, resolve(this.root, base, variant));
        if (found?.problem === null) return found;
        refused ??= found;
      }
    return refused ?? this.#problem(given, 'missing', 'File not found.');
  }

  /** The location of one candidate, or null where nothing lies there. */
  async #tryOne(given: string, file: string): Promise<Location | null> {
    if (!isWithin(this.root, file)) return this.#problem(given, 'outside', `The path leaves the folder ${this.root}.`);
    try {
      const stat = await lstat(file);
      const real = stat.isSymbolicLink() ? await realpath(file) : join(await this.#realFolder(dirname(file)), 'file');
      this.#realRoot ??= await realpath(this.root);
      if (!isWithin(this.#realRoot, real))
        return this.#problem(given, 'outside', `A symbolic link leads out of the folder ${this.root}.`);
      return { path: relative(this.root, file).replaceAll(sep, '/'), file, problem: null };
    } catch (thrown) {
      const reason = explainAccess(thrown);
      return reason === 'File not found.' ? null : this.#problem(given, 'unreadable', reason);
    }
  }

  async #realFolder(folder: string): Promise<string> {
    const known = this.#realFolders.get(folder);
    if (known !== undefined) return known;
    const real = await realpath(folder);
    if (this.#realFolders.size >= REMEMBERED) this.#realFolders.clear();
    this.#realFolders.set(folder, real);
    return real;
  }

  #problem(given: string, kind: ImportProblem['kind'], reason: string): Location {
    const file = resolve(this.root, this.#bases[0] ?? '', given);
    const path = isWithin(this.root, file) ? relative(this.root, file).replaceAll(sep, '/') : given;
    return { path, problem: { path, kind, reason } };
  }
}

/**
 * A path as it stands, then as other systems and programs write it: blanks around it, `\` for `/`, composed or
 * decomposed accents, `'` before `=`.
 */
function variants(given: string): Set<string> {
  const slashes = given.replaceAll('\\', '/');
  const bare = given.replace(/^'(?=[=+\-@\t\r])/, '');
  return new Set([
    given,
    given.trim(),
    slashes,
    given.normalize('NFC'),
    given.normalize('NFD'),
    slashes.normalize('NFC'),
    bare,
  ]);
}
