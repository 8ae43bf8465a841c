import { z } from 'zod';

/** A method without parameters. */
export const nothing = z.object({}).strict();

/** A row's id in the project's database. */
export const id = z.number().int();
