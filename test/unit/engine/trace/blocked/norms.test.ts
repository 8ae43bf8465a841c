/** What ONNX Runtime has one pass for, it finds in our graphs: LayerNorm and GELU; with the same numbers. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gelu } from '../../../../../src-main/services/engine/model/layers.ts';
import { layerNorm } from '../../../../../src-main/services/engine/model/norm.ts';
import { network } from '../../../../../src-main/services/engine/model/poster-var.ts';
import { nchwcBlock } from '../../../../../src-main/services/engine/runtime/block.ts';
import { openSession } from '../../../../../src-main/services/engine/runtime/session.ts';
import { toOnnx } from '../../../../../src-main/services/engine/trace/onnx.ts';
import { trace } from '../../../../../src-main/services/engine/trace/trace.ts';
import { difference, of } from '../compare.ts';
import type { TracedFunction } from '../compare.ts';

const block = await nchwcBlock();
const config = {
  ...({ size: 'tiny', classes: 7, vich: true, layerEmbedding: true } as const),
  frozenBackboneBatchNorm: 'batch',
} as const;

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'poster-var-norms-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Names of the ops that a function comes to when ONNX Runtime has optimised it. */
async function optimised(fn: TracedFunction, shapes: Readonly<Record<string, readonly number[]>>): Promise<string[]> {
  const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
  const constants = new Map(['norm.weight', 'norm.bias'].map((name) => [name, new Float32Array(12).fill(0.7)]));
  const optimisedTo = join(folder, 'model.onnx');
  const session = await openSession(toOnnx(trace(fn, specs), { block, constants }), 'cpu', { optimisedTo });
  await session.release();
  const { graph } = onnxProto.onnx.ModelProto.decode(readFileSync(optimisedTo));
  return (graph?.node ?? []).map(({ opType }) => opType ?? '');
}

describe.skipIf(block === null)('in one pass (skipped: no blocked layout on this processor)', () => {
  test('a LayerNorm', async () => {
    const shapes = { x: [2, 5, 12], 'norm.weight': [12], 'norm.bias': [12] };
    const fn: TracedFunction = (inputs) => {
      const net = network((name) => of(inputs, name), config, { kind: 'eval' });
      return { y: layerNorm(net, 'norm', of(inputs, 'x') as Tensor3D, 1e-6) };
    };
    expect(await optimised(fn, shapes)).toEqual(['LayerNormalization']);
    expect((await difference(fn, shapes, 3, {}, { block }))['y']).toBeLessThan(2e-6);
  });

  test('a GELU', async () => {
    const fn: TracedFunction = (inputs) => ({ y: gelu(of(inputs, 'x')) });
    expect(await optimised(fn, { x: [2, 5, 12] })).toEqual(['Gelu']);
    expect((await difference(fn, { x: [2, 5, 12] }, 4, {}, { block }))['y']).toBeLessThan(2e-6);
  });
});
