import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { explainAccess } from '../files/access.ts';
import { unreadable } from './unreadable.ts';

/** A photograph is smaller; the limit keeps a mistaken file from filling the memory. */
const MAX_BYTES = 128 * 1024 * 1024;
/** Bytes between two yields: hashing 1 MiB takes a few milliseconds. */
const CHUNK = 1024 * 1024;
/** Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A file's bytes and their SHA-256 (hex). */
export interface FileBytes {
  readonly bytes: Uint8Array;
  readonly hash: string;
}

/**
 * Reads a regular file whole. Pipes, devices and folders are refused without waiting on them.
 * @throws FailureError 'unreadable' with a sentence: not found, no permission, not a file, empty, too large, changed
 * meanwhile.
 */
export function readImageFile(path: string): Promise<Uint8Array> {
  return read(path, () => undefined);
}

/**
 * As `readImageFile`, at once, for threads that have nothing else to do meanwhile: the steps of reading would queue behind whole
 * decodes in libuv's threads.
 */
export function readImageFileSync(path: string): Uint8Array {
  let descriptor: number;
  try {
    descriptor = openSync(path, FLAGS);
  } catch (thrown) {
    throw unreadable(explainAccess(thrown));
  }
  try {
    const bytes = roomFor(fstatSync(descriptor));
    for (let at = 0; at < bytes.length;) {
      const count = readSync(descriptor, bytes, at, bytes.length - at, at);
      if (count === 0) throw unreadable(SHORTER);
      at += count;
    }
    return bytes;
  } catch (thrown) {
    throw explained(thrown);
  } finally {
    closeSync(descriptor);
  }
}

/** As `readImageFile`, hashed while it is read. */
export async function readHashed(path: string): Promise<FileBytes> {
  const sha = createHash('sha256');
  const bytes = await read(path, (chunk) => sha.update(chunk));
  return { bytes, hash: sha.digest('hex') };
}

async function read(path: string, onChunk: (chunk: Uint8Array) => void): Promise<Uint8Array> {
  let handle: FileHandle;
  try {
    handle = await open(path, FLAGS);
  } catch (thrown) {
    throw unreadable(explainAccess(thrown));
  }
  try {
    return await readAll(handle, onChunk);
  } catch (thrown) {
    throw explained(thrown);
  } finally {
    await handle.close();
  }
}

async function readAll(handle: FileHandle, onChunk: (chunk: Uint8Array) => void): Promise<Uint8Array> {
  const bytes = roomFor(await handle.stat());
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(CHUNK, bytes.length - at), at);
    if (bytesRead === 0) throw unreadable(SHORTER);
    onChunk(bytes.subarray(at, at + bytesRead));
    at += bytesRead;
  }
  return bytes;
}

const SHORTER = 'The file became shorter while it was read.';

/** What the system said in the words of a person. */
function explained(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? unreadable(explainAccess(thrown)) : thrown;
}

/** Room for the bytes of a regular file. @throws FailureError 'unreadable' for what is none, is empty or too large. */
function roomFor(stat: Stats): Uint8Array<ArrayBuffer> {
  if (stat.isDirectory()) throw unreadable('This is a folder, not a file.');
  if (!stat.isFile()) throw unreadable('This is a pipe or device, not a file.');
  if (stat.size === 0) throw unreadable('The file is empty.');
  if (stat.size > MAX_BYTES) throw unreadable(`The file is larger than ${MAX_BYTES / 1024 / 1024} MiB.`);
  return new Uint8Array(stat.size);
}
