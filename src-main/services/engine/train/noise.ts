/** The random numbers of one training step. The graph draws none itself: equal noise gives equal steps, bit for bit. */
import { sizeTable } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Random } from '../random.ts';

export interface StepNoise {
  /** [B, classes] standard normal: the VICH sample. */
  readonly eps: Float32Array;
  /** [B, 4] factors of the residual branches of levels 2 and 3: 0, or 1 / (1 - rate). */
  readonly dropPath: Float32Array;
  /** [B, classes] standard normal: the prior sample of the official KL term. */
  readonly prior?: Float32Array;
}

/** Residual branches that drop path can drop: two for each level but the first, whose rate is 0. */
export const DROPPABLE_BRANCHES = 4;

export function drawNoise(random: Random, config: ModelConfig, batch: number): StepNoise {
  const rates = sizeTable(config.size)
    .pyramid.slice(1)
    .flatMap(({ dropPath }) => [dropPath, dropPath]);
  const normals = (): Float32Array => Float32Array.from({ length: batch * config.classes }, () => random.normal());
  return {
    eps: normals(),
    dropPath: Float32Array.from({ length: batch * DROPPABLE_BRANCHES }, (_, index) => {
      const rate = rates[index % DROPPABLE_BRANCHES] ?? 0;
      return random.uniform() < rate ? 0 : 1 / (1 - rate);
    }),
    prior: normals(),
  };
}
