import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { writeFailure } from '../files/write.ts';

/**
 * Fills a new folder: under another name beside it, renamed when it is whole, so that no half of it is ever found under its name.
 * @throws FailureError 'conflict' where something is there already, 'disk-full' or 'unavailable' where it cannot be written, and
 * whatever `fill` throws.
 */
export async function writeFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  await requireFree(folder);
  const temporary = `${folder}.${process.pid}.tmp`;
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(temporary);
    await fill(temporary);
    // An empty folder may stand there; Windows renames onto none.
    await rmdir(folder).catch(() => undefined);
    await rename(temporary, folder);
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true });
    throw writeFailure(folder, thrown);
  }
}

/** Refuses a place where something lies already: an export never mixes with, nor replaces, what a person has there. */
async function requireFree(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (found === null || (found.isDirectory() && (await readdir(folder)).length === 0)) return;
  throw new FailureError({
    kind: 'conflict',
    message: found.isDirectory() ? `The folder ${folder} is not empty.` : `${folder} is a file.`,
    remedy: 'Choose a new or an empty folder.',
  });
}
