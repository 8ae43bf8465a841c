import { isAbsolute, join, relative, sep } from 'node:path';

/**
 * Paths inside the project are stored relative to it (with forward slashes), so that a moved or copied project finds its own
 * files; paths outside are stored absolute.
 */
export class Places {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  store(path: string): string {
    const inside = relative(this.folder, path);
    if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) return path;
    return `./${inside.split(sep).join('/')}`;
  }

  resolve(stored: string): string {
    return stored.startsWith('./') ? join(this.folder, stored) : stored;
  }
}
