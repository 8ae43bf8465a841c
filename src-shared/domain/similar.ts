import { z } from 'zod';
import { ImageRow } from './image.ts';

/** Images whose features by a run's model point most nearly the same way. */
export const SimilarImages = z.object({
  /** Nearest first; `similarity`: the cosine of the two, -1 to 1. Null while the image's own features are missing. */
  neighbours: z.array(z.object({ row: ImageRow, similarity: z.number() })).nullable(),
  /** Images of the dataset that could be compared, and those whose features are missing. */
  known: z.number().int(),
  missing: z.number().int(),
});
export type SimilarImages = z.infer<typeof SimilarImages>;
