import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { Failure } from '../../../../src-shared/domain/failure.ts';
import { headerLength, parseHeader } from '../../../../src-main/services/engine/checkpoint/safetensors.ts';
import { convertApart } from '../../../../src-main/services/engine/process/read-apart.ts';
import { forkEngine } from '../../../../src-main/services/engine/process/spawn.ts';
import type { EngineProcess } from '../../../../src-main/services/engine/process/spawn.ts';
import { bytes, checkpoint, dict, floats, op, pickle, tensor } from '../checkpoint/pytorch/pickle.ts';

let folder: string;
let file: string;
let out: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'poster-var-read-'));
  file = join(folder, 'model.pth');
  out = join(folder, 'model.safetensors');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.failure;
    throw thrown;
  }
  throw new Error('It was accepted.');
}

describe('reading in a process of its own', () => {
  it('writes the tensors as safetensors, and ends its process', async () => {
    const transposed = tensor({ numel: 4, shape: [2, 2], stride: [1, 2] });
    const half = tensor({ key: '1', numel: 2, shape: [2], stride: [1], type: 'HalfStorage' });
    const data = pickle(dict({ epoch: op.int(3), half, w: transposed }));
    writeFileSync(file, checkpoint(data, { 0: floats(1, 2, 3, 4), 1: bytes(0, 0x3c, 0, 0x40) }));
    const processes: EngineProcess[] = [];
    const ends: string[] = [];
    const spawn = (): EngineProcess => {
      const child = forkEngine('reader');
      processes.push(child);
      return { ...child, onExit: (listener) => child.onExit((how) => (ends.push(how), listener(how))) };
    };
    const converted = await convertApart(spawn, file, out);
    expect(converted).toEqual({ format: 'pytorch-zip', scalars: new Map([['epoch', 3]]), unknown: [] });
    expect(processes).toHaveLength(1);
    expect(ends).toHaveLength(1);
    const written = readFileSync(out);
    const length = headerLength(written, written.length);
    const { tensors, dataStart } = parseHeader(written.subarray(8, 8 + length), written.length);
    expect(tensors).toEqual([
      { name: 'w', dtype: 'F32', shape: [2, 2], begin: 0, end: 16 },
      { name: 'half', dtype: 'F16', shape: [2], begin: 16, end: 20 },
    ]);
    expect([...new Float32Array(new Uint8Array(written.subarray(dataStart, dataStart + 16)).buffer)]).toEqual([
      1, 3, 2, 4,
    ]);
  });

  it('passes on why a file is refused, and leaves nothing behind', async () => {
    writeFileSync(file, checkpoint(pickle(op.global('os', 'system'))));
    expect(await failureOf(convertApart(forkEngine, file, out))).toMatchObject({
      kind: 'forbidden',
      message: /os\.system/,
    });
    expect(await failureOf(convertApart(forkEngine, join(folder, 'none.pth'), out))).toMatchObject({
      kind: 'not-found',
    });
    expect(readdirSync(folder)).toEqual(['model.pth']);
  });

  it('ends a reader that takes too long, and says so', async () => {
    writeFileSync(file, 'x');
    const stuck = (): EngineProcess => {
      const child = forkEngine('reader');
      // It never hears of its work.
      return { ...child, post: () => undefined };
    };
    const failure = await failureOf(convertApart(stuck, file, out, 50));
    expect(failure).toMatchObject({ kind: 'invalid', message: /too long/ });
  });

  it('outlives a reader that dies', async () => {
    writeFileSync(file, 'x');
    const dying = (): EngineProcess => {
      const child = forkEngine('reader');
      return { ...child, post: () => child.kill() };
    };
    expect(await failureOf(convertApart(dying, file, out))).toMatchObject({ kind: 'invalid', message: /SIGKILL/ });
  });
});
