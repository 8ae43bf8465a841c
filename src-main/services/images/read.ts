import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { explainAccess } from '../files/access.ts';
import { unreadable } from './unreadable.ts';

/** A photograph is smaller; the limit keeps a mistaken file from filling the memory. */
const MAX_BYTES = 128 * 1024 * 1024;
/** Bytes between two yields: hashing 1 MiB takes a few milliseconds. */
const CHUNK = 1024 * 1024;

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

/** As `readImageFile`, hashed while it is read. */
export async function readHashed(path: string): Promise<FileBytes> {
  const sha = createHash('sha256');
  const bytes = await read(path, (chunk) => sha.update(chunk));
  return { bytes, hash: sha.digest('hex') };
}

async function read(path: string, onChunk: (chunk: Uint8Array) => void): Promise<Uint8Array> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (thrown) {
    throw unreadable(explainAccess(thrown));
  }
  try {
    return await readAll(handle, onChunk);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown) throw unreadable(explainAccess(thrown));
    throw thrown;
  } finally {
    await handle.close();
  }
}

async function readAll(handle: FileHandle, onChunk: (chunk: Uint8Array) => void): Promise<Uint8Array> {
  const stat = await handle.stat();
  if (stat.isDirectory()) throw unreadable('This is a folder, not a file.');
  if (!stat.isFile()) throw unreadable('This is a pipe or device, not a file.');
  if (stat.size === 0) throw unreadable('The file is empty.');
  if (stat.size > MAX_BYTES) throw unreadable(`The file is larger than ${MAX_BYTES / 1024 / 1024} MiB.`);
  const bytes = new Uint8Array(stat.size);
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(CHUNK, bytes.length - at), at);
    if (bytesRead === 0) throw unreadable('The file became shorter while it was read.');
    onChunk(bytes.subarray(at, at + bytesRead));
    at += bytesRead;
  }
  return bytes;
}
