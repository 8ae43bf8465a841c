import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FailureError } from '../../../src-shared/domain/failure.ts';

/** Bytes collected before a write. */
const BUFFER = 64 * 1024;

/**
 * Writes a file as a whole: `fill` writes a temporary neighbour, which is made durable, then renamed, so that the file is the old or
 * the new one and never half of it.
 * @throws FailureError 'disk-full', or 'unavailable' where the folder is missing or not writable, and whatever `fill` throws.
 */
export async function writeWhole(file: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await fill(temporary);
    const handle = await open(temporary, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(dirname(resolve(file)));
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw writeFailure(file, thrown);
  }
}

/** Writes a text file as a whole, from pieces: memory does not grow with the file. @throws as `writeWhole`. */
export function writeTextFile(file: string, pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
  return writeWhole(file, async (temporary) => {
    const handle = await open(temporary, 'w');
    try {
      await writePieces(handle, pieces);
    } finally {
      await handle.close();
    }
  });
}

async function writePieces(handle: FileHandle, pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
  let pending = '';
  for await (const piece of pieces) {
    pending += piece;
    if (pending.length < BUFFER) continue;
    await handle.appendFile(pending);
    pending = '';
  }
  if (pending !== '') await handle.appendFile(pending);
}

/** The rename itself lasts only when the folder has reached the disk. Windows has no such call, and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What the system said about a write as a FailureError; what is no system error is given back as it is. */
export function writeFailure(file: string, thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (!(thrown instanceof Error) || code === undefined) return thrown;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new FailureError({
      kind: 'disk-full',
      message: `The disk is full: ${file} could not be written.`,
      remedy: 'Free some space and try again; a file that stood there before is unharmed.',
    });
  return new FailureError({
    kind: 'unavailable',
    message: `${file} could not be written: ${thrown.message}.`,
    remedy: 'Check that the folder exists and that you may write into it.',
  });
}
