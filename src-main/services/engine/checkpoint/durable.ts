/** Files that are either the old or the new one after a crash, never half of each. */
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeFailure } from '../../files/write.ts';
import { faultAt } from '../faults.ts';

const TEMPORARY = /\.\d+\.tmp$/;

/** Writes all of it: a single write may take less, at most 2 GiB. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength;)
    at += writeSync(descriptor, bytes, at, Math.min(bytes.byteLength - at, 1 << 30));
}

/**
 * Writes the chunks in order to a temporary neighbour, makes them durable, and puts that in the file's place.
 * @param nameOf the file's final path, where it depends on what was written; in the same folder.
 * @throws FailureError 'disk-full' or 'unavailable'; the old file then stands untouched.
 */
export function replaceFile(file: string, chunks: Iterable<Uint8Array>, nameOf: () => string = () => file): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    if (faultAt('checkpoint-full')) throw Object.assign(new Error('no space (injected)'), { code: 'ENOSPC' });
    const descriptor = openSync(temporary, 'w');
    try {
      let first = true;
      for (const chunk of chunks) {
        writeAll(descriptor, chunk);
        if (first) killAtFault();
        first = false;
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    killAtFault();
    renameSync(temporary, nameOf());
    killAtFault();
    syncFolder(dirname(file));
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw writeFailure(file, cause);
  }
}

function killAtFault(): void {
  if (faultAt('checkpoint-kill')) process.kill(process.pid, 'SIGKILL');
}

/** What a process that died while it wrote has left of its files. @returns their names. */
export function leftovers(folder: string): string[] {
  return readdirSync(folder).filter((name) => TEMPORARY.test(name));
}

/** The rename itself lasts only when the folder has reached the disk. Windows has no such call, and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
