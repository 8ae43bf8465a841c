import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { FailureError, type FailureKind } from '../../../src-shared/domain/failure.ts';
import { DATABASE_FILE } from '../store/store.ts';
import { HOLDER_FILE, LOCK_FILE } from './lock.ts';

function failure(kind: FailureKind, message: string, remedy: string): FailureError {
  return new FailureError({ kind, message, remedy });
}

/** A project's folder as a person may write it: `~` is their home, and the database in the folder stands for the folder. */
export function projectFolder(path: string): string {
  const absolute = path === '~' || /^~[/\\]/.test(path) ? join(homedir(), path.slice(1)) : resolve(path);
  return basename(absolute) === DATABASE_FILE ? dirname(absolute) : absolute;
}

/** @throws FailureError 'not-found' when there is no project in the folder. */
export function checkProjectFolder(folder: string): void {
  if (!existsSync(folder)) throw failure('not-found', `There is no folder ${folder}.`, 'Check the path.');
  if (!statSync(folder).isDirectory()) throw failure('invalid', `${folder} is a file.`, 'Choose a folder.');
  if (!existsSync(join(folder, DATABASE_FILE)))
    throw failure(
      'not-found',
      `${folder} is not a project: it has no ${DATABASE_FILE}.`,
      'Choose another folder, or create a project in an empty one.',
    );
}

/** What an operating system leaves in a folder nobody has used, and what an attempt of ours to make a project left. */
const TRACES = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini', LOCK_FILE, HOLDER_FILE]);

/**
 * Makes the folder of a new project, or takes an empty one.
 * @throws FailureError 'conflict' for a folder with a project or with other files, 'forbidden' where it cannot be made.
 */
export function makeProjectFolder(folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw failure('conflict', `${folder} is a file.`, 'Choose a folder.');
  if (existsSync(join(folder, DATABASE_FILE)))
    throw failure('conflict', `${folder} holds a project already.`, 'Open it, or choose another folder.');
  try {
    mkdirSync(folder, { recursive: true });
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    if (code === 'ENOSPC') throw failure('disk-full', 'The disk is full.', 'Free some space, then try again.');
    throw failure(
      'forbidden',
      `The folder ${folder} cannot be made (${code}).`,
      'Choose a folder that you may write to.',
    );
  }
  const foreign = readdirSync(folder).filter((name) => !TRACES.has(name));
  if (foreign.length > 0)
    throw failure(
      'conflict',
      `${folder} is not empty: it holds ${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ' …' : ''}.`,
      'Choose an empty folder, or a new one.',
    );
}
