import { z } from 'zod';
import { TrainRequest } from './run.ts';

/** The paper's four variants (table 3): which of its two additions to the baseline a model has. */
export const VARIANTS = [
  { id: 'full', title: 'POSTER-Var', vich: true, layerEmbedding: true },
  { id: 'no-embedding', title: 'without layer embedding', vich: true, layerEmbedding: false },
  { id: 'no-vich', title: 'without VICH', vich: false, layerEmbedding: true },
  { id: 'baseline', title: 'baseline', vich: false, layerEmbedding: false },
] as const;

export const VariantId = z.enum(['full', 'no-embedding', 'no-vich', 'baseline']);
export type VariantId = z.infer<typeof VariantId>;

export const SuiteRequest = z.object({
  /** Settings of every run; the variants set `vich` and `layerEmbedding`, the seeds `seed`. */
  request: TrainRequest,
  seeds: z.number().int().min(1).max(20),
  variants: z.array(VariantId).min(1).max(4).optional(),
});
export type SuiteRequest = z.infer<typeof SuiteRequest>;

/** Runs that stand in one table: each of the variants with each of the seeds. */
export const Suite = z.object({
  id: z.number().int(),
  name: z.string(),
  request: TrainRequest,
  variants: z.array(VariantId),
  seeds: z.array(z.number().int()),
  /** A run that was removed has no entry any more. */
  runs: z.array(z.object({ run: z.number().int(), variant: VariantId, seed: z.number().int() })),
  createdAt: z.string(),
});
export type Suite = z.infer<typeof Suite>;
