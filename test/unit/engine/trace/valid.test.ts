/**
 * The ONNX that is written is valid: what onnx.checker asks for, asked here, and by onnx.checker itself where PYTHON names a Python
 * that has the onnx package.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import { nchwcBlock } from '../../../../src-main/services/engine/runtime/block.ts';
import { constantsFor, evaluationProgram } from '../../../../src-main/services/engine/runtime/graphs.ts';
import { lowerGraph, toOnnx } from '../../../../src-main/services/engine/trace/onnx.ts';
import { planVectors } from '../../../../src-main/services/engine/trace/blocked/vectors.ts';
import { graphOf } from '../../../../src-main/services/engine/trace/program.ts';
import { trainingProgram } from '../../../../src-main/services/engine/train/step.ts';

const config: ModelConfig = {
  ...{ size: 'tiny', classes: 7, vich: true, layerEmbedding: true },
  frozenBackboneBatchNorm: 'batch',
};
const block = await nchwcBlock();
const step = graphOf(trainingProgram(config, { batch: 2, vichKl: 'paper' }));
const evaluation = (): Uint8Array =>
  toOnnx(graphOf(evaluationProgram(config, 2)), { constants: constantsFor(config, initialise(config, 1)) });

/** Bytes of an element, by ONNX's number of its type: float, int8, int32, int64, bool, float16. */
const BYTES = new Map([
  [1, 4],
  [3, 1],
  [6, 4],
  [7, 8],
  [9, 1],
  [10, 2],
]);

/** What is wrong with a model; nothing in one that is valid. */
function faults(bytes: Uint8Array): string[] {
  const model = onnxProto.onnx.ModelProto.decode(bytes);
  const found: string[] = [];
  const { node = [], initializer = [], input = [], output = [] } = model.graph ?? {};
  const domains = new Map((model.opsetImport ?? []).map(({ domain, version }) => [domain ?? '', Number(version)]));
  if (domains.get('') !== 20) found.push('the operator set is not 20');
  const known = new Set<string>();
  const make = (name: string | null | undefined): void => {
    if (!name) return;
    if (known.has(name)) found.push(`${name} is made twice`);
    known.add(name);
  };
  input?.forEach(({ name, type }) => {
    make(name);
    if (!type?.tensorType?.elemType || !type.tensorType.shape) found.push(`${name} has no type and shape`);
  });
  initializer?.forEach(({ name, dims, dataType, rawData }) => {
    make(name);
    const size = (dims ?? []).reduce<number>((product, side) => product * Number(side), 1);
    if (rawData?.length !== size * (BYTES.get(dataType ?? 0) ?? NaN))
      found.push(`${name} has not the size of its shape`);
  });
  node?.forEach(({ opType, domain, input: reads, output: writes }) => {
    if (!domains.has(domain ?? '')) found.push(`${opType} is of the domain ${domain}, which is not declared`);
    reads?.forEach((name) => {
      if (name && !known.has(name)) found.push(`${opType} reads ${name} before it is made`);
    });
    writes?.forEach(make);
  });
  output?.forEach(({ name, type }) => {
    if (!known.has(name ?? '')) found.push(`the output ${name} is never made`);
    if (!type?.tensorType?.shape) found.push(`${name} has no shape`);
  });
  return found;
}

function domainsOf(bytes: Uint8Array): string[] {
  return (onnxProto.onnx.ModelProto.decode(bytes).opsetImport ?? []).map(({ domain }) => domain ?? '');
}

describe('the written ONNX', () => {
  test('an evaluation graph is valid, and nothing but ONNX', () => {
    expect(faults(evaluation())).toEqual([]);
    expect(domainsOf(evaluation())).toEqual(['']);
  });

  test('a whole training step is valid, and nothing but ONNX where the device has no layout of its own', () => {
    expect(faults(toOnnx(step))).toEqual([]);
    expect(domainsOf(toOnnx(step))).toEqual(['']);
  });

  test.skipIf(block === null)('in blocks it declares the one domain that it uses besides', () => {
    const { model } = lowerGraph(step, { block, vectors: planVectors(step, block) });
    expect(faults(model)).toEqual([]);
    expect(domainsOf(model).toSorted()).toEqual(['', 'com.microsoft.nchwc']);
  });

  test('what is wrong is seen', () => {
    const { ModelProto } = onnxProto.onnx;
    const model = ModelProto.decode(evaluation());
    model.graph?.node?.reverse();
    model.opsetImport = [];
    expect(faults(ModelProto.encode(model).finish()).length).toBeGreaterThan(2);
  });

  const python = process.env['PYTHON'] ?? '';
  const hasOnnx = python !== '' && spawnSync(python, ['-c', 'import onnx']).status === 0;
  test.skipIf(!hasOnnx)('onnx.checker agrees, shapes included (skipped: PYTHON names no Python with onnx)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'poster-var-onnx-'));
    const files = [evaluation(), toOnnx(step)].map((bytes, index) => {
      const file = join(folder, `${index}.onnx`);
      writeFileSync(file, bytes);
      return file;
    });
    const check = 'import onnx,sys\nfor f in sys.argv[1:]: onnx.checker.check_model(f, full_check=True)';
    const { status, stderr } = spawnSync(python, ['-c', check, ...files]);
    rmSync(folder, { recursive: true, force: true });
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
  });
});
