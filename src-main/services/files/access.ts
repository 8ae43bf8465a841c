import { isAbsolute, relative, sep } from 'node:path';

/** True for the root itself and for what lies below it. Both paths absolute; no link is followed. */
export function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** Why the system did not give a file or folder, in a sentence. */
export function explainAccess(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'File not found.';
    case 'EACCES':
    case 'EPERM':
      return 'No permission to read it.';
    case 'ELOOP':
      return 'Its symbolic links lead in a circle.';
    case 'ENAMETOOLONG':
      return 'The name is longer than the system allows.';
    case 'EISDIR':
      return 'This is a folder, not a file.';
    case 'ENXIO':
      return 'This is a pipe or device, not a file.';
    default:
      return `The file cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}.`;
  }
}
