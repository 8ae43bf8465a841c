import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { isWithin } from '../files/access.ts';
import { writeFailure } from '../files/write.ts';
import type { GreyPixels } from './source.ts';

/** Folder of a project for image files that it owns: pixels from a table, and copies that somebody asked for. */
const IMAGES = 'images';
const LONGEST = 60;

/** A folder in the project for a new dataset's files; it does not exist yet. */
export function freeFolder(project: string, name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/^-|-$/g, '')
    .slice(0, LONGEST);
  const base = plain === '' ? 'dataset' : plain;
  let folder = join(project, IMAGES, base);
  for (let copy = 2; existsSync(folder); copy++) folder = join(project, IMAGES, `${base}-${copy}`);
  return folder;
}

/** Writes pixels as a PNG. @throws FailureError 'disk-full' or 'unavailable'; null where the name leads out of the folder. */
export async function writePixels(folder: string, name: string, { side, bytes }: GreyPixels): Promise<string | null> {
  const file = ownFile(folder, name);
  if (file === null) return null;
  const png = await sharp(bytes, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
  await put(file, () => writeFile(file, png));
  return file;
}

/** Copies a file under the same relative path; sharing blocks where the file system can. Errors as `writePixels`. */
export async function copyInto(folder: string, path: string, from: string): Promise<string | null> {
  const file = ownFile(folder, path);
  if (file === null) return null;
  await put(file, () => copyFile(from, file, constants.COPYFILE_FICLONE));
  return file;
}

/** Takes away what an import that came to nothing has written. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

function ownFile(folder: string, path: string): string | null {
  if (path.includes('\0')) return null;
  const file = resolve(folder, path);
  return file !== folder && isWithin(folder, file) ? file : null;
}

async function put(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await write();
  } catch (thrown) {
    throw writeFailure(file, thrown);
  }
}
