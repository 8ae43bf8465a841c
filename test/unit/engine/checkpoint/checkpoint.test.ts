import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { Failure } from '../../../../src-shared/domain/failure.ts';
import { SEVEN } from '../../../../src-shared/domain/expression.ts';
import {
  inspectCheckpoint,
  loadCheckpoint,
  parameterCount,
  saveCheckpoint,
} from '../../../../src-main/services/engine/checkpoint/checkpoint.ts';
import { replaceFile } from '../../../../src-main/services/engine/checkpoint/durable.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import { parameterTable } from '../../../../src-main/services/engine/model/parameters.ts';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';

const config: ModelConfig = {
  size: 'tiny',
  classes: 7,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
};
const meta = { config, classes: SEVEN };

function failureOf(body: () => unknown): Failure {
  try {
    body();
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.failure;
    throw thrown;
  }
  throw new Error('It was accepted.');
}

describe('checkpoints', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'poster-var-checkpoint-'));
    file = join(folder, 'model.safetensors');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('reads back what it saved, bit for bit, in the official order', () => {
    const weights = initialise(config, 5);
    const hash = saveCheckpoint(file, weights, meta, { epoch: '3' });
    const loaded = loadCheckpoint(file);
    expect([...loaded.weights.keys()]).toEqual(parameterTable(config).map((spec) => spec.name));
    for (const [name, tensor] of weights) expect(loaded.weights.get(name), name).toEqual(tensor);
    expect(loaded.config).toEqual(config);
    expect(loaded.classes).toEqual(SEVEN);
    expect(hash).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'));
    expect(loaded.info.hash).toBe(hash);
    expect(inspectCheckpoint(file)).toEqual(loaded.info);
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
  });

  it('gives the same bytes for the same weights', () => {
    const again = join(folder, 'again.safetensors');
    expect(saveCheckpoint(file, initialise(config, 5), meta)).toBe(saveCheckpoint(again, initialise(config, 5), meta));
  });

  it.each([
    { vich: false, layerEmbedding: true },
    { vich: true, layerEmbedding: false },
    { vich: false, layerEmbedding: false },
  ])('keeps the switches %o', (switches) => {
    const other = { ...config, ...switches };
    saveCheckpoint(file, initialise(other, 1), { config: other, classes: SEVEN });
    expect(loadCheckpoint(file).config).toEqual(other);
  });

  it('lists tensors that are missing, unexpected or misshapen', () => {
    const weights = initialise(config, 1);
    const gone = weights.get('VIT.cls_token');
    weights.delete('VIT.cls_token');
    if (gone) weights.set('VIT.class_token', gone);
    weights.set('VIT.norm.bias', { dtype: 'float32', shape: [3], data: new Float32Array(3) });
    weights.set('VIT.norm.weight', { dtype: 'int64', shape: [96], data: new BigInt64Array(96) });
    saveCheckpoint(file, weights, meta);
    for (const read of [loadCheckpoint, inspectCheckpoint]) {
      const failure = failureOf(() => read(file));
      expect(failure.kind).toBe('invalid');
      expect(failure.message).toContain('missing: VIT.cls_token');
      expect(failure.message).toContain('unexpected: VIT.class_token');
      expect(failure.message).toContain('wrong shape: VIT.norm.bias [3] instead of [96]');
      expect(failure.message).toContain('wrong element type: VIT.norm.weight I64 instead of F32');
    }
  });

  it('shortens a long list of differences', () => {
    saveCheckpoint(file, new Map(), meta);
    expect(failureOf(() => loadCheckpoint(file)).message).toMatch(/missing: .* and \d+ more/);
  });

  it('refuses a file that does not say what it is', () => {
    const header = Buffer.from('{"__metadata__":{"format":"pt"}}');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(file, Buffer.concat([length, header]));
    expect(failureOf(() => loadCheckpoint(file))).toMatchObject({ kind: 'invalid', message: /format.*size/ });
  });

  it.each([
    ['the zip format', '504b03040000', 0],
    ['the legacy stream', '80028a0a6cfc9c46f9206aa850192e', 0],
  ])('says of %s of PyTorch that it is not read', (_, hex) => {
    writeFileSync(file, Buffer.from(hex, 'hex'));
    expect(failureOf(() => inspectCheckpoint(file))).toMatchObject({ kind: 'unsupported', message: /PyTorch/ });
  });

  it('refuses a file cut off at any point, an empty one, a folder and nothing at all', () => {
    saveCheckpoint(file, initialise(config, 1), meta);
    const bytes = readFileSync(file).byteLength;
    for (const length of [bytes - 1, bytes >> 1, 100, 8, 7, 0]) {
      truncateSync(file, length);
      expect(failureOf(() => loadCheckpoint(file)).kind, `${length} bytes`).toBe('invalid');
    }
    expect(failureOf(() => loadCheckpoint(folder)).kind).toBe('unreadable');
    expect(failureOf(() => loadCheckpoint(join(folder, 'none'))).kind).toBe('not-found');
  });

  it('leaves the old file where writing the new one fails', () => {
    saveCheckpoint(file, initialise(config, 1), meta);
    const before = readFileSync(file);
    const chunks = function* (): Generator<Uint8Array> {
      yield new Uint8Array(10);
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    expect(failureOf(() => replaceFile(file, chunks())).kind).toBe('disk-full');
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
    expect(failureOf(() => saveCheckpoint(join(folder, 'no', 'x'), new Map(), meta)).kind).toBe('unavailable');
  });

  it('counts the parameters of the paper', () => {
    // Both numbers from the official state dict.
    const paper: ModelConfig = { ...config, size: 'paper' };
    expect(parameterTable(paper)).toHaveLength(761);
    expect(parameterCount(paper)).toBe(58_334_272);
  });
});
