import { z } from 'zod';

export const ROUND_ANNOTATORS = 20;

/** Second opinions as planned work: a slice of a dataset, dealt to annotators. */
export const RoundRequest = z.object({
  dataset: z.number().int(),
  run: z.number().int().nullable(),
  name: z.string().trim().min(1).max(80),
  /** The slice, in the gallery's language. */
  q: z.string().max(2_000),
  annotators: z.array(z.string().trim().min(1).max(60)).min(1).max(ROUND_ANNOTATORS),
  /** Share of the slice that everybody judges; the rest is dealt out, one annotator an image. */
  overlap: z.number().min(0).max(1),
});
export type RoundRequest = z.infer<typeof RoundRequest>;

export const Round = z.object({
  id: z.number().int(),
  dataset: z.number().int(),
  name: z.string(),
  query: z.string(),
  overlap: z.number(),
  createdAt: z.string(),
  /** Images of the slice, and those of them that more than one annotator has. */
  images: z.number().int(),
  shared: z.number().int(),
  /** How long each list is, and how far it is worked down: images with this person's opinion, and images that are out since. */
  lists: z.array(z.object({ annotator: z.string(), images: z.number().int(), done: z.number().int() })),
});
export type Round = z.infer<typeof Round>;
