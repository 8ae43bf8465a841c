/**
 * What the paper reports ("Facial expression recognition via variational inference", Scientific Reports 16:7323, 2026): for reference
 * lines that say whose they are, never as figures of our own.
 */
import type { VariantId } from './suite.ts';

export interface PaperResult {
  readonly dataset: string;
  /** Test accuracy of each variant (table 3), per cent. */
  readonly accuracy: Readonly<Record<VariantId, number>>;
}

const of = (full: number, noEmbedding: number, noVich: number, baseline: number): PaperResult['accuracy'] => ({
  ...{ full, 'no-embedding': noEmbedding, 'no-vich': noVich, baseline },
});

export const PAPER_RESULTS = {
  rafdb: { dataset: 'RAF-DB', accuracy: of(92.76, 92.66, 92.5, 92.21) },
  affectnet7: { dataset: 'AffectNet-7', accuracy: of(67.91, 67.85, 67.66, 67.49) },
  affectnet8: { dataset: 'AffectNet-8', accuracy: of(64.27, 64.24, 64.02, 63.77) },
  ferplus: { dataset: 'FER+', accuracy: of(91.89, 91.85, 91.69, 91.62) },
} as const satisfies Readonly<Record<string, PaperResult>>;

export type PaperDataset = keyof typeof PAPER_RESULTS;
export const PAPER_DATASETS = Object.keys(PAPER_RESULTS) as PaperDataset[];

/** The paper's dataset that a preset follows, by its name: "rafdb", "rafdb-official"; null for any other. */
export function paperDatasetOf(preset: string): PaperDataset | null {
  const name = preset.replace(/-official$/, '');
  return PAPER_DATASETS.find((dataset) => dataset === name) ?? null;
}

/** Which of the paper's variants a model is. */
export function variantOf({
  vich,
  layerEmbedding,
}: {
  readonly vich: boolean;
  readonly layerEmbedding: boolean;
}): VariantId {
  if (vich) return layerEmbedding ? 'full' : 'no-embedding';
  return layerEmbedding ? 'no-vich' : 'baseline';
}
