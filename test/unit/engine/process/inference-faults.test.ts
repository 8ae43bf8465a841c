/** Faults in the real engine process while it answers questions: each comes back as a value, and the next call is served. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SEVEN } from '../../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { createEngine } from '../../../../src-main/services/engine/client.ts';
import type { FileToPredict } from '../../../../src-main/services/engine/interface.ts';
import { forkEngine } from '../../../../src-main/services/engine/process/spawn.ts';
import { drawFaces } from '../../../fixtures/faces.ts';

// Each opens an engine process or two: seconds on an idle machine, many times that on a busy one.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
let checkpoint: string;
let files: FileToPredict[];
let straight: number[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'poster-var-inference-faults-'));
  checkpoint = join(folder, 'tiny.safetensors');
  const faces = (await drawFaces(3)).slice(0, 20);
  files = await Promise.all(
    faces.map(async ({ jpeg }, id) => {
      const file = join(folder, `face-${id}.jpg`);
      await writeFile(file, jpeg);
      return { id, file };
    }),
  );
  const { engine, predict } = open('');
  await engine.initialise({ size: 'tiny', classes: SEVEN, vich: true, layerEmbedding: true, seed: 1, out: checkpoint });
  ({ mu: straight } = await predict());
  await engine.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An engine of which only the first process has these faults. */
function open(faults: string) {
  const pids: (number | undefined)[] = [];
  const engine = createEngine({
    home: folder,
    spawn: (program, environment) => {
      const child = forkEngine(program, { ...environment, POSTER_VAR_FAULTS: pids.length === 0 ? faults : '' });
      pids.push(child.pid);
      return child;
    },
  });
  const predict = async () => {
    const mu: number[] = [];
    const failure = await engine
      .predict({ checkpoint, files, device: 'cpu' }, (batch) => void mu.push(...batch.mu), new AbortController().signal)
      .then(
        () => null,
        (thrown: unknown) => {
          if (thrown instanceof FailureError) return thrown.failure;
          throw thrown;
        },
      );
    return { mu, failure };
  };
  return { engine, predict, pids };
}

describe('the engine process, asked for predictions', () => {
  it('says that a graph cannot be run, in the runtime’s words, and goes on with the next', async () => {
    // The first session of a process asks the runtime for its blocks; the second is the network.
    const { engine, predict, pids } = open('graph-broken@2');
    try {
      const { failure } = await predict();
      expect(failure).toMatchObject({
        kind: 'engine',
        message: /^The device cannot run this network: .*protobuf parsing failed/i,
        remedy: 'Choose another device.',
      });
      expect((await predict()).mu).toEqual(straight);
      // Nothing was lost with it: the same process serves the next call.
      expect(pids).toHaveLength(1);
    } finally {
      await engine.close();
    }
  });

  it.each([
    ['memory runs out', 'run-memory@2', /^Memory ran out: /],
    ['the device is lost', 'run-lost@2', /^The device was lost while it computed: WebGPU device lost/],
  ])('when %s, tells it, keeps what was done, and answers from a new process', async (_, fault, message) => {
    const { engine, predict, pids } = open(fault);
    try {
      const { failure, mu } = await predict();
      expect(failure).toMatchObject({ kind: 'engine', message, remedy: /a new engine process starts by itself/ });
      // Of two batches the first was told before.
      expect(mu).toEqual(straight.slice(0, 16 * 7));
      expect((await predict()).mu).toEqual(straight);
      expect(new Set(pids).size).toBe(2);
      expect(await engine.inspect(checkpoint)).toMatchObject({ size: 'tiny' });
    } finally {
      await engine.close();
    }
  });
});
