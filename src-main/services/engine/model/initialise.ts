/** Initial weights, by the rules of poster-var's official code, drawn from one seed. */
import { Random } from '../random.ts';
import type { ModelConfig } from './config.ts';
import { parameterTable } from './parameters.ts';
import type { Initialiser } from './parameters.ts';

/** A tensor at rest: PyTorch layout, row-major. */
export type StoredTensor =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'int64'; readonly shape: readonly number[]; readonly data: BigInt64Array };

export type Weights = ReadonlyMap<string, StoredTensor>;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/**
 * Fresh weights for a configuration. A tensor's numbers depend on the seed and its own name only.
 * @param wanted which ones are needed; all by default.
 * @returns every wanted entry of `parameterTable(config)`, in its order.
 */
export function initialise(
  config: ModelConfig,
  seed: number,
  wanted: (name: string) => boolean = () => true,
): Map<string, StoredTensor> {
  const root = Random.seeded(seed);
  const weights = new Map<string, StoredTensor>();
  for (const { name, shape, dtype, init } of parameterTable(config)) {
    if (!wanted(name)) continue;
    if (dtype === 'int64') {
      const data =
        init.kind === 'relativeIndex' ? relativePositionIndex(init.window) : new BigInt64Array(sizeOf(shape));
      weights.set(name, { dtype, shape, data });
    } else {
      weights.set(name, { dtype, shape, data: draw(init, sizeOf(shape), root.split(name)) });
    }
  }
  return weights;
}

function draw(init: Initialiser, count: number, random: Random): Float32Array {
  const data = new Float32Array(count);
  switch (init.kind) {
    case 'constant':
      return data.fill(init.value);
    case 'uniform':
      return data.map(() => (2 * random.uniform() - 1) * init.bound);
    case 'normal':
      return data.map(() => random.normal() * init.std);
    case 'truncatedNormal':
      // PyTorch truncates at the absolute values -2 and 2, which only the position embedding of `tiny` ever reaches.
      return data.map(() => Math.max(-2, Math.min(2, random.normal() * init.std)));
    case 'relativeIndex':
      return Float32Array.from(relativePositionIndex(init.window), Number);
  }
}

/**
 * For each pair of tokens of a w x w window the row of the relative position table, as in Swin:
 * (dy + w - 1) * (2w - 1) + (dx + w - 1), [w², w²] row-major.
 */
export function relativePositionIndex(window: number): BigInt64Array {
  const tokens = window * window;
  const index = new BigInt64Array(tokens * tokens);
  for (let query = 0; query < tokens; query += 1) {
    for (let key = 0; key < tokens; key += 1) {
      const dy = Math.floor(query / window) - Math.floor(key / window) + window - 1;
      const dx = (query % window) - (key % window) + window - 1;
      index[query * tokens + key] = BigInt(dy * (2 * window - 1) + dx);
    }
  }
  return index;
}
