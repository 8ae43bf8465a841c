/** Exported checkpoints of the published size in pip's torch and onnxruntime, and back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPRESSIONS, SEVEN } from '../../src-shared/domain/expression.ts';
import { adopt } from '../../src-main/services/engine/checkpoint/adopt.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src-main/services/engine/checkpoint/checkpoint.ts';
import { examineFile } from '../../src-main/services/engine/checkpoint/examine.ts';
import { convertPyTorch } from '../../src-main/services/engine/checkpoint/pytorch/convert.ts';
import { exportModel } from '../../src-main/services/engine/export/export.ts';
import { onnxFile } from '../../src-main/services/engine/export/onnx-file.ts';
import { openOnnxFile } from '../../src-main/services/engine/export/onnx-session.ts';
import type { ModelConfig } from '../../src-main/services/engine/model/config.ts';
import { initialise } from '../../src-main/services/engine/model/initialise.ts';
import { openClassifier } from '../../src-main/services/engine/runtime/inference.ts';
import { goldenInput, goldenWeights, largestDifference } from './golden.ts';
import { NO_TORCH, python } from './torch.ts';

const IMAGES = 2;
const pixels = goldenInput('input', IMAGES * 3 * 224 * 224, 2);

interface Given {
  readonly mu: readonly number[];
  readonly logvar: readonly number[] | null;
}

const FORMATS = [
  ['pth', 'float32'],
  ['safetensors', 'float32'],
  ['onnx', 'float32'],
] as const;

const VARIANTS: readonly (readonly [string, Pick<ModelConfig, 'classes' | 'vich' | 'layerEmbedding'>])[] = [
  ['seven classes', { classes: 7, vich: true, layerEmbedding: true }],
  ['eight classes, without layer embedding', { classes: 8, vich: true, layerEmbedding: false }],
  ['without VICH', { classes: 7, vich: false, layerEmbedding: true }],
];

const title = NO_TORCH === null ? 'exports in PyTorch' : `exports in PyTorch (${NO_TORCH})`;

describe.skipIf(NO_TORCH !== null).each(VARIANTS)(`${title}: %s`, (_, variant) => {
  const config: ModelConfig = { size: 'paper', frozenBackboneBatchNorm: 'eval', ...variant };
  const isFull = variant.classes === 7 && variant.vich;
  const classes = config.classes === 7 ? SEVEN : EXPRESSIONS;
  let folder: string;
  let checkpoint: string;
  let found: Record<string, Given>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'poster-var-torch-'));
    checkpoint = join(folder, 'ours');
    const weights = new Map([...initialise(config, 2), ...goldenWeights(config)]);
    // What no forward pass reads travels too; here it must not be zeros.
    const embeds = weights.get('level_embeds');
    if (embeds?.dtype === 'float32') embeds.data.fill(0.5);
    saveCheckpoint(checkpoint, weights, { config, classes });
    writeFileSync(join(folder, 'input.f32'), pixels);
    const images = [{ file: join(folder, 'grey.png') }];
    await sharp({ create: { width: 64, height: 64, channels: 3, background: '#456' } }).toFile(
      join(folder, 'grey.png'),
    );
    for (const [format, precision] of [...FORMATS, ...(isFull ? [['onnx', 'float16'] as const] : [])]) {
      const out = join(folder, `${precision}.${format}`);
      await exportModel({ checkpoint, format, precision, out, images, labelled: [], facts: { dataset: 'golden' } });
    }
    // By itself: it leaves the workbench only where its accuracy is measured.
    if (isFull) writeFileSync(join(folder, 'int8.onnx'), onnxFile(weights, { config, classes }, 'int8', {}));
    found = JSON.parse(python(join(import.meta.dirname, 'exports.py'), [folder], folder)) as Record<string, Given>;
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('give the app’s numbers within 1e-4', async () => {
    const classifier = await openClassifier(loadCheckpoint(checkpoint).weights, config, 'cpu', IMAGES);
    const { mu, logvar } = await classifier.run(pixels, IMAGES);
    await classifier.dispose();
    for (const file of ['float32.onnx', 'float32.pth', 'float32.safetensors']) {
      expect(largestDifference(found[file]?.mu ?? [], mu), file).toBeLessThan(1e-4);
      if (logvar === null) expect(found[file]?.logvar, file).toBeNull();
      else expect(largestDifference(found[file]?.logvar ?? [], logvar), file).toBeLessThan(1e-4);
    }
  });

  it.skipIf(!isFull).each(['float16.onnx', 'int8.onnx'])('%s gives there what it gives here', async (file) => {
    const session = await openOnnxFile(join(folder, file), config);
    const { mu } = await session.run(pixels, IMAGES);
    await session.dispose();
    // Two builds of the runtime round half precision in other places.
    expect(largestDifference(found[file]?.mu ?? [], mu)).toBeLessThan(file.startsWith('int8') ? 1e-4 : 0.02);
  });

  it.each(['float32.pth', 'again.pth', 'legacy.pth.tar'])('%s comes back unchanged, bit for bit', (file) => {
    const [plain, back] = [join(folder, 'plain'), join(folder, 'back')];
    convertPyTorch(join(folder, file), plain);
    const { order, missing, unexpected, obstacles } = examineFile(plain, {});
    expect({ missing, unexpected, obstacles }).toEqual({ missing: [], unexpected: [], obstacles: [] });
    // Saved again by PyTorch alone, nothing but tensors is left.
    expect(order).toEqual(file === 'float32.pth' ? classes : null);
    adopt(plain, { classes, out: back, extra: {} });
    const [before, after] = [loadCheckpoint(checkpoint), loadCheckpoint(back)];
    if (file === 'float32.pth') expect(after.config).toEqual(before.config);
    expect([...after.weights.keys()]).toEqual([...before.weights.keys()]);
    for (const [name, { data }] of before.weights) {
      const same = Buffer.compare(bytes(data), bytes(after.weights.get(name)?.data)) === 0;
      expect(same, name).toBe(true);
    }
  });
});

function bytes(data: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number } | undefined): Uint8Array {
  return data === undefined ? new Uint8Array() : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
