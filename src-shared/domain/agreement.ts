import { z } from 'zod';
import { Expression } from './expression.ts';

const interval = z.tuple([z.number(), z.number()]).nullable();

/** How far the annotators of a dataset agree; soft opinions count by their largest class, unsure ones and those put aside not at all. */
export const Agreement = z.object({
  annotators: z.array(z.object({ name: z.string(), judged: z.number().int(), unsure: z.number().int() })),
  /** Cohen's kappa of each two who judged common images. */
  pairs: z.array(
    z.object({
      first: z.string(),
      second: z.string(),
      images: z.number().int(),
      kappa: z.number().nullable(),
      interval,
    }),
  ),
  /** Fleiss' kappa, where every image with two judgements has equally many. */
  fleiss: z.object({ value: z.number(), interval }).nullable(),
  /** Krippendorff's alpha, nominal. */
  alpha: z.object({ value: z.number(), interval }).nullable(),
  /** Images with at least two judgements, and those of them on which people differ. */
  images: z.number().int(),
  split: z.number().int(),
  /** What most people say where that is not the label that stands: nothing changes until a person applies it. */
  proposals: z.array(
    z.object({ image: z.number().int(), label: Expression, votes: z.number().int(), of: z.number().int() }),
  ),
});
export type Agreement = z.infer<typeof Agreement>;
