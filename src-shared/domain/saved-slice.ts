import { z } from 'zod';
import { SortKey } from './image.ts';

/** A query with a name: a rule, not a list of images, so that it follows labels and predictions. */
export const SavedSlice = z.object({
  id: z.number().int(),
  dataset: z.number().int(),
  name: z.string(),
  q: z.string(),
  sort: SortKey,
  descending: z.boolean(),
});
export type SavedSlice = z.infer<typeof SavedSlice>;

export const SliceName = z.string().trim().min(1).max(60);
