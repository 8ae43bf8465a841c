import type { z } from 'zod';

/** One remote method: the schema of what goes in and of what comes out. */
export interface MethodSpec {
  readonly params: z.ZodType;
  readonly value: z.ZodType;
}

/** Declares a group of methods, keeping the schemas' exact types. */
export function methods<const M extends Readonly<Record<string, MethodSpec>>>(group: M): M {
  return group;
}
