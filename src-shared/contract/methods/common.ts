import { z } from 'zod';

/** A method without parameters. */
export const nothing = z.object({}).strict();

/** A row's id in the project's database. */
export const id = z.number().int();

/** A person's name as it stands in the log. */
export const annotatorName = z.string().trim().min(1).max(60);
