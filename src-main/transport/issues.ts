import type { z } from 'zod';

/** The first thing wrong with a value, in words: `settings.epochs` and "Too small: expected number to be >=1". */
export function firstIssue(error: z.ZodError): { field: string; problem: string } {
  const issue = error.issues[0];
  if (issue === undefined) return { field: 'value', problem: 'it does not fit the contract' };
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = unknownKey === undefined ? issue.path : [...issue.path, unknownKey];
  return { field: path.length === 0 ? 'params' : path.map(String).join('.'), problem: issue.message };
}
