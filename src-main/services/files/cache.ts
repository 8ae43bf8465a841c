import { join } from 'node:path';

/** Folder of a project whose contents can be made again: thumbnails, rows of an import under way. */
export function cacheFolder(project: string): string {
  return join(project, 'cache');
}
