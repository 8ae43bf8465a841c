import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CLASS_ORDERS } from '../../../../src-shared/domain/class-orders.ts';
import { SEVEN } from '../../../../src-shared/domain/expression.ts';
import type { ModelFormat, ModelPrecision } from '../../../../src-shared/domain/model.ts';
import { adopt, startFrom } from '../../../../src-main/services/engine/checkpoint/adopt.ts';
import { loadCheckpoint, saveCheckpoint } from '../../../../src-main/services/engine/checkpoint/checkpoint.ts';
import { examineFile } from '../../../../src-main/services/engine/checkpoint/examine.ts';
import { refuseOnnx } from '../../../../src-main/services/engine/checkpoint/onnx.ts';
import { convertPyTorch } from '../../../../src-main/services/engine/checkpoint/pytorch/convert.ts';
import { encodeHeader } from '../../../../src-main/services/engine/checkpoint/safetensors.ts';
import type { TensorEntry } from '../../../../src-main/services/engine/checkpoint/safetensors.ts';
import { exportModel } from '../../../../src-main/services/engine/export/export.ts';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import type { Weights } from '../../../../src-main/services/engine/model/initialise.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import { IMAGE_SIZE } from '../../../../src-main/services/engine/runtime/graphs.ts';
import { openClassifier } from '../../../../src-main/services/engine/runtime/inference.ts';
import { decodeSquare, normalise } from '../../../../src-main/services/images/pixels.ts';
import { argmax } from '../../../../src-shared/metrics/vich.ts';

/** Damage to what is written, for the exports that must be refused: added to the bias of the last class's mu. */
const broken = vi.hoisted(() => ({ by: 0 }));
function damaged(weights: Weights): Weights {
  const name = 'VIT.head_vae.fc_mu.bias';
  const bias = weights.get(name);
  if (broken.by === 0 || bias?.dtype !== 'float32') return weights;
  const data = bias.data.map((value, index) => (index === 6 ? value + broken.by : value));
  return new Map([...weights, [name, { ...bias, data }]]);
}
vi.mock(import('../../../../src-main/services/engine/export/onnx-file.ts'), async (original) => {
  const { onnxFile } = await original();
  return { onnxFile: (weights, ...rest) => onnxFile(damaged(weights), ...rest) };
});
vi.mock(import('../../../../src-main/services/engine/checkpoint/pytorch/write.ts'), async (original) => {
  const { pytorchFile } = await original();
  return { pytorchFile: (weights, facts) => pytorchFile(damaged(weights), facts) };
});
vi.mock(import('../../../../src-main/services/engine/checkpoint/checkpoint.ts'), async (original) => {
  const whole = await original();
  // Only what is exported: reading a .pth again saves as well.
  const saveCheckpoint: typeof whole.saveCheckpoint = (file, weights, ...rest) =>
    whole.saveCheckpoint(file, file.endsWith('.part') ? damaged(weights) : weights, ...rest);
  return { ...whole, saveCheckpoint };
});

const { onnx } = onnxProto;
const config: ModelConfig = {
  size: 'tiny',
  classes: 7,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
};
let folder: string;
let checkpoint: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'poster-var-export-'));
  checkpoint = join(folder, 'tiny.safetensors');
  const weights = initialise(config, 4);
  const embeds = weights.get('level_embeds');
  // Zeros would be read as "no layer embedding".
  if (embeds?.dtype === 'float32') embeds.data.fill(0.5);
  saveCheckpoint(checkpoint, weights, { config, classes: SEVEN });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (format: ModelFormat, precision: ModelPrecision = 'float32') => {
  const out = join(folder, `out-${precision}.${format}`);
  return exportModel({ checkpoint, format, precision, out, images: [], labelled: [], facts: { dataset: 'faces' } });
};

describe('export', () => {
  it.each(['safetensors', 'pth', 'onnx'] as const)(
    '%s gives the same numbers when it is read again',
    async (format) => {
      const done = await write(format);
      expect(done).toMatchObject({ format, images: 32, source: 'generated', accuracy: null });
      expect(done.difference).toBeLessThanOrEqual(1e-5);
      expect(readFileSync(done.file).byteLength).toBe(done.bytes);
    },
  );

  it('.pth comes back unchanged bit for bit, names, shapes and counters', async () => {
    const { file } = await write('pth');
    const plain = join(folder, 'plain.safetensors');
    const back = join(folder, 'back.safetensors');
    expect(convertPyTorch(file, plain).unknown).toEqual([]);
    expect(examineFile(plain, {})).toMatchObject({ part: 'model', prefix: 'model.', missing: [], unexpected: [] });
    adopt(plain, { classes: SEVEN, out: back, extra: {} });
    const [before, after] = [loadCheckpoint(checkpoint), loadCheckpoint(back)];
    expect(after.config).toEqual(before.config);
    for (const [name, tensor] of before.weights) expect(after.weights.get(name), name).toEqual(tensor);
  });

  it('ONNX has a free batch, facts, and no operator but the standard’s', async () => {
    for (const precision of ['float32', 'float16'] as const) {
      const { file, difference } = await write('onnx', precision);
      expect(difference).toBeLessThan(precision === 'float32' ? 1e-5 : 0.05);
      const model = onnx.ModelProto.decode(readFileSync(file));
      expect(model.opsetImport.map(({ domain }) => domain)).toEqual(['']);
      expect(model.graph?.output?.map(({ name }) => name)).toEqual(['mu', 'logvar']);
      expect(model.graph?.input?.[0]?.type?.tensorType?.shape?.dim?.[0]?.dimParam).toBe('batch');
      const facts = new Map(model.metadataProps.map(({ key, value }) => [key, value]));
      expect(JSON.parse(facts.get('classes') ?? '')).toEqual(SEVEN);
      expect(facts.get('dataset')).toBe('faces');
    }
  });

  it('refuses what cannot be measured or held, and leaves an older file unharmed', async () => {
    const out = join(folder, 'out-int8.onnx');
    writeFileSync(out, 'older');
    await expect(write('onnx', 'int8')).rejects.toThrow(/accuracy can be measured/);
    expect(readFileSync(out, 'utf8')).toBe('older');
    await expect(write('pth', 'float16')).rejects.toThrow(/float32 only/);
    expect(existsSync(join(folder, 'out-float16.pth'))).toBe(false);
  });
});

describe('an export whose numbers are wrong', () => {
  /** Photographs of a kind: labelled as the app itself predicts them, so that its own accuracy is 1. */
  async function photographs(count: number): Promise<{ file: string; label: number }[]> {
    const files = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const file = join(folder, `photo-${index}.png`);
        const random = Random.seeded(index);
        const pixels = Uint8Array.from({ length: 6 * 6 * 3 }, () => random.integer(256));
        await sharp(pixels, { raw: { width: 6, height: 6, channels: 3 } }).toFile(file);
        return file;
      }),
    );
    const pixels = new Float32Array(count * IMAGE_SIZE);
    for (const [index, file] of files.entries()) normalise(await decodeSquare(file), pixels, index * IMAGE_SIZE);
    const classifier = await openClassifier(loadCheckpoint(checkpoint).weights, config, 'cpu', 8);
    const { mu } = await classifier.run(pixels, count);
    await classifier.dispose();
    return files.map((file, index) => ({ file, label: argmax(mu.subarray(index * 7, index * 7 + 7)) }));
  }

  afterEach(() => {
    broken.by = 0;
  });

  it.each(['safetensors', 'pth', 'onnx'] as const)(
    'is refused with the figure, and no %s file is left',
    async (format) => {
      broken.by = 3e-4;
      const out = join(folder, `broken.${format}`);
      writeFileSync(out, 'older');
      const images = await photographs(3);
      const request = { checkpoint, format, precision: 'float32', out, images, labelled: [], facts: {} } as const;
      await expect(exportModel(request)).rejects.toThrow(
        /differs from the app’s own output by 3\.0e-4, more than 0\.0001/,
      );
      expect(readFileSync(out, 'utf8')).toBe('older');
      expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
      broken.by = 5e-5;
      expect((await exportModel(request)).difference).toBeCloseTo(5e-5, 5);
    },
  );

  it('int8 leaves only where its accuracy holds, and says how much it is', async () => {
    const labelled = await photographs(12);
    const out = join(folder, 'photographs.onnx');
    const request = {
      checkpoint,
      format: 'onnx',
      precision: 'int8',
      out,
      images: labelled,
      labelled,
      facts: {},
    } as const;
    const { accuracy } = await exportModel(request);
    expect(accuracy).toEqual({ app: 1, file: 1, images: 12 });
    // Moves one class's mu so far that every image is taken for it.
    broken.by = 1e3;
    await expect(exportModel(request)).rejects.toThrow(
      /In int8 the accuracy on 12 validation images falls from 100\.0% to \d+\.\d%, by \d+\.\d points; at most 0\.5 are allowed/,
    );
  });
});

/** Tensors of the tiny model under another prefix, as a file of someone else's. */
function foreign(rename: (name: string) => string | null): string {
  const entries: TensorEntry[] = [];
  const data: Uint8Array[] = [];
  let end = 0;
  for (const [name, { dtype, shape, data: values }] of loadCheckpoint(checkpoint).weights) {
    const other = rename(name);
    if (other === null) continue;
    const begin = end;
    end += values.byteLength;
    entries.push({ name: other, dtype: dtype === 'int64' ? 'I64' : 'F32', shape, begin, end });
    data.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  const file = join(folder, 'foreign.safetensors');
  writeFileSync(file, Buffer.concat([encodeHeader(entries, new Map()), ...data]));
  return file;
}

describe('import', () => {
  it.each(['', 'module.', 'state_dict.module.', 'model.'])('finds the network after "%s"', (prefix) => {
    const found = examineFile(
      foreign((name) => prefix + name),
      {},
    );
    expect(found).toMatchObject({ part: 'model', prefix, missing: [], unexpected: [], obstacles: [] });
    expect(found.model).toMatchObject({ size: 'tiny', classes: 7, vich: true, layerEmbedding: true });
  });

  it('names what is missing and does not take half a network', () => {
    const file = foreign((name) => (name.startsWith('VIT.blocks.0.') ? null : `module.${name}`));
    const found = examineFile(file, {});
    expect(found.missing).toContain('VIT.blocks.0.norm1.weight');
    expect(found.obstacles).toHaveLength(1);
    const out = join(folder, 'none.safetensors');
    expect(() => adopt(file, { classes: SEVEN, out, extra: {} })).toThrow(/no whole POSTER-Var/);
  });

  it('says of POSTER++, which has no fusion_norm and no layer embedding, what that means', () => {
    const file = foreign((name) => (/^(fusion_norm\.|level_embeds$)/.test(name) ? null : `state_dict.${name}`));
    const found = examineFile(file, {});
    expect(found.obstacles).toEqual([]);
    expect(found.model?.layerEmbedding).toBe(false);
    expect(found.warnings[0]).toMatch(/fusion_norm/);
  });

  it('knows a backbone by its names, and starts fresh weights from it', () => {
    const file = foreign((name) => (name.startsWith('ir_back.') ? `state_dict.module.${name.slice(8)}` : null));
    const found = examineFile(file, {});
    expect(found).toMatchObject({ part: 'ir_back', prefix: 'state_dict.module.', model: null });
    const weights = initialise(config, 9);
    const loaded = startFrom(weights, config, file);
    expect(loaded).toMatchObject({ part: 'ir_back', skipped: 0 });
    const name = 'ir_back.body1.0.res_layer.1.weight';
    expect(weights.get(name)).toEqual(loadCheckpoint(checkpoint).weights.get(name));
  });

  it('refuses an order of another length', () => {
    const eight = CLASS_ORDERS.find(({ id }) => id === 'ferplus')?.order ?? [];
    const out = join(folder, 'none.safetensors');
    expect(() => adopt(checkpoint, { classes: eight, out, extra: {} })).toThrow(/7 outputs, and the order names 8/);
  });
});

describe('ONNX files that someone wants to import', () => {
  const file = (graph: object, domain = ''): string => {
    const path = join(folder, 'other.onnx');
    const model = onnx.ModelProto.create({ irVersion: 9, opsetImport: [{ domain, version: 1 }], graph });
    writeFileSync(path, onnx.ModelProto.encode(model).finish());
    return path;
  };
  it.each(['../secret', '/etc/passwd', 'weights.bin'])(
    'are refused when they point at %s, which is not opened',
    (value) => {
      const graph = { initializer: [{ name: 'w', dataLocation: 1, externalData: [{ key: 'location', value }] }] };
      expect(refuseOnnx(file(graph)).message).toContain(value);
    },
  );
  it('are refused with the reason: a compiled context, an unknown domain, a plain graph', () => {
    expect(refuseOnnx(file({ node: [{ opType: 'EPContext' }] })).message).toMatch(/EPContext/);
    expect(refuseOnnx(file({}, 'evil.ops')).message).toMatch(/evil\.ops/);
    expect(refuseOnnx(file({})).message).toMatch(/graph to run/);
  });
});
