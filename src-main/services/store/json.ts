import { z } from 'zod';
import { Expression } from '../../../src-shared/domain/expression.ts';
export { Box } from '../../../src-shared/domain/box.ts';
export { Attributes } from '../../../src-shared/domain/image.ts';
export { SoftLabel, Votes } from '../../../src-shared/domain/votes.ts';

/** A column that holds JSON, checked on its way out: what is stored may have been written by an older version. */
export function parseColumn<T>(schema: z.ZodType<T>, text: string): T {
  return schema.parse(JSON.parse(text));
}

export function parseOptional<T>(schema: z.ZodType<T>, text: string | null): T | null {
  return text === null ? null : parseColumn(schema, text);
}

export function jsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

export const Classes = z.array(Expression);
export const Counts = z.record(z.string(), z.number().int());

/** Ids as a JSON array, for json_each: a selection of any size is one parameter. */
export function idList(ids: ArrayLike<number>): string {
  return `[${Array.prototype.join.call(ids, ',')}]`;
}
