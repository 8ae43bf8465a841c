/** The parameter table against the official state dict, and the initial weights. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { initialise, sizeOf } from '../../../../src-main/services/engine/model/initialise.ts';
import { parameterTable } from '../../../../src-main/services/engine/model/parameters.ts';

const paper: ModelConfig = {
  size: 'paper',
  classes: 7,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
};
const tiny: ModelConfig = { ...paper, size: 'tiny' };
const official = new URL('../../../../../shared/reference/poster-var-state-dict.json', import.meta.url);

interface OfficialEntry {
  readonly key: string;
  readonly shape: number[];
  readonly dtype: string;
  readonly parameter: boolean;
  readonly trainable: boolean;
  readonly in_forward: boolean | null;
}

describe('the table of the paper size', () => {
  const table = parameterTable(paper);

  test('has the names, types and shapes of the official state dict, in its order', () => {
    const text = table.map(({ name, dtype, shape }) => `${name} ${dtype} ${shape.join(',')}`).join('\n');
    expect(table).toHaveLength(761);
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      '3d23c0c8d04e4d692f00aeb7e1a4c39a0913012fffb99abd5228979609ecedb4',
    );
  });

  test('trains 42,851,932 numbers', () => {
    const trainable = table.filter((spec) => spec.role === 'trainable');
    expect(trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(42_851_932);
  });

  test.skipIf(!existsSync(official))(
    'agrees entry by entry with ../shared/reference (skipped where it is not there)',
    () => {
      const { entries } = JSON.parse(readFileSync(official, 'utf8')) as { entries: OfficialEntry[] };
      entries.forEach((entry, index) => {
        const spec = table[index];
        expect(spec).toMatchObject({ name: entry.key, shape: entry.shape, dtype: entry.dtype });
        if (entry.in_forward) expect(spec?.role).toBe('trainable');
        else if (entry.parameter) expect(spec?.role).toBe(entry.trainable ? 'unused' : 'frozen');
        else expect(['buffer', 'unused']).toContain(spec?.role);
      });
    },
  );
});

describe('ablations', () => {
  const roleOf = (config: ModelConfig, name: string): string | undefined =>
    parameterTable(config).find((spec) => spec.name === name)?.role;

  test('keep the official entries in the paper size, as dead weight', () => {
    const baseline = { ...paper, vich: false, layerEmbedding: false };
    expect(parameterTable(baseline)).toHaveLength(761);
    expect(roleOf(baseline, 'level_embeds')).toBe('unused');
    expect(roleOf(baseline, 'VIT.head_vae.fc_mu.weight')).toBe('unused');
    expect(roleOf(baseline, 'VIT.head.linear.weight')).toBe('trainable');
    expect(roleOf(paper, 'VIT.head.linear.weight')).toBe('unused');
  });

  test('leave them out in the tiny size', () => {
    expect(roleOf({ ...tiny, layerEmbedding: false }, 'level_embeds')).toBeUndefined();
    expect(roleOf(tiny, 'VIT.head.linear.weight')).toBeUndefined();
  });
});

test('a tiny checkpoint stays under 5 MB in float32', () => {
  const bytes = parameterTable(tiny).reduce(
    (sum, { shape, dtype }) => sum + sizeOf(shape) * (dtype === 'int64' ? 8 : 4),
    0,
  );
  expect(bytes).toBeLessThan(5e6);
});

describe('initial weights', () => {
  test('are the same for the same seed, and other for another', () => {
    const name = 'ir_back.body1.0.res_layer.1.weight';
    expect(initialise(tiny, 1).get(name)?.data).toEqual(initialise(tiny, 1).get(name)?.data);
    expect(initialise(tiny, 1).get(name)?.data).not.toEqual(initialise(tiny, 2).get(name)?.data);
  });

  test('follow the official rules', () => {
    const weights = initialise(tiny, 1);
    const numbers = (name: string): number[] => Array.from(weights.get(name)?.data ?? [], Number);
    const spread = (values: number[]): number =>
      Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    expect(new Set(numbers('level_embeds'))).toEqual(new Set([0]));
    expect(new Set(numbers('ir_back.input_layer.2.weight'))).toEqual(new Set([0.25]));
    expect(new Set(numbers('VIT.blocks.0.mlp.fc1.bias'))).toEqual(new Set([0]));
    expect(spread(numbers('attn1.relative_position_bias_table'))).toBeCloseTo(0.02, 2);
    // PyTorch's default: uniform within 1 / sqrt(fan in), fan in 16 * 9.
    const convolution = numbers('ir_back.body1.0.res_layer.1.weight');
    expect(Math.max(...convolution)).toBeLessThanOrEqual(1 / 12);
    expect(spread(convolution)).toBeCloseTo(1 / 12 / Math.sqrt(3), 2);
  });

  test('start the transformer as the official code does, and a tiny one so that it learns from scratch', () => {
    const starts = (config: ModelConfig) => {
      const inits = new Map(parameterTable(config).map(({ name, init }) => [name, init]));
      return ['VIT.blocks.0.mlp.fc1.weight', 'VIT.pos_embed', 'ffn1.gamma1', 'VIT.head_vae.fc_logvar.bias'].map(
        (name) => inits.get(name),
      );
    };
    const normal = (std: number) => ({ kind: 'truncatedNormal', std: expect.closeTo(std, 10) as number });
    const constant = (value: number) => ({ kind: 'constant', value });
    expect(starts(paper)).toEqual([normal(0.01), normal(0.02), constant(1e-5), constant(0)]);
    expect(starts(tiny)).toEqual([normal(1 / Math.sqrt(96)), normal(0.8), constant(0.5), constant(-3)]);
  });

  test('hold the relative position index of Swin', () => {
    const index = initialise(tiny, 1).get('attn2.relative_position_index');
    expect(index?.shape).toEqual([49, 49]);
    expect(index?.data[0]).toBe(BigInt(6 * 13 + 6));
    expect(index?.data[48]).toBe(0n);
    expect(index?.data[48 * 49]).toBe(BigInt(13 * 13 - 1));
  });
});
