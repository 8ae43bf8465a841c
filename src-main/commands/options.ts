/** Option values as typed on the command line, checked before anything starts. */
import { InvalidArgumentError } from 'commander';
import type { ColumnMap, SplitPlan } from '../../src-shared/domain/dataset.ts';

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(
        most === Number.MAX_SAFE_INTEGER
          ? `It must be a whole number from ${least}.`
          : `It must be a whole number from ${least} to ${most}.`,
      );
    return value;
  };
}

/** "1,8": whole numbers, each once. */
export function integers(least: number, most: number): (text: string) => number[] {
  const one = integer(least, most);
  return (text) => [...new Set(text.split(',').map((part) => one(part.trim())))];
}

export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

export function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number, 0 or above.');
  return value;
}

const COLUMNS = ['path', 'label', 'split'] as const;

/** "path=image,label=emotion": which column of the table holds what. */
export function columnMap(text: string): ColumnMap {
  const map = new Map<string, string>();
  for (const pair of text.split(',')) {
    const [, key, column] = /^\s*([a-z]+)\s*=\s*(.+?)\s*$/.exec(pair) ?? [];
    if (key === undefined || column === undefined || !COLUMNS.some((known) => known === key))
      throw new InvalidArgumentError(`"${pair}" is not one of path=COLUMN, label=COLUMN, split=COLUMN.`);
    map.set(key, column);
  }
  const [path, label, split] = COLUMNS.map((key) => map.get(key));
  if (path === undefined || label === undefined)
    throw new InvalidArgumentError('Both path=COLUMN and label=COLUMN are needed.');
  return { path, label, ...(split !== undefined && { split }) };
}

const SPLITS = ['train', 'val', 'test'];
const ROUNDING = 1e-6;

/** "0.8,0.2" for train,val; "0.7,0.1,0.2" for train,val,test. */
export function splitShares(text: string): SplitPlan['shares'] {
  const shares = text.split(',').map(positive);
  if (shares.length < 2 || shares.length > 3)
    throw new InvalidArgumentError('Give two shares (train,val) or three (train,val,test).');
  const sum = shares.reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) > ROUNDING) throw new InvalidArgumentError(`The shares must sum to 1; these sum to ${sum}.`);
  return Object.fromEntries(shares.map((share, index): [string, number] => [SPLITS[index] ?? '', share]));
}
