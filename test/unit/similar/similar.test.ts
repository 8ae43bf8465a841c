import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { FeatureBatch } from '../../../src-main/services/engine/interface.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { placeOfFeatures } from '../../../src-main/services/runs/features.ts';
import { rowFilePaths } from '../../../src-main/services/runs/row-file.ts';
import { KeyPlaces } from '../../../src-main/services/similar/key-places.ts';
import { Similar } from '../../../src-main/services/similar/similar.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { PlainJobs } from '../runs/fakes.ts';
import { addDataset, addRun, newImage, temporaryFolder, temporaryStore } from '../store/fixture.ts';

const WIDTH = 96;
const HASH = 'f'.repeat(64);
const queries = new Queries();
afterAll(() => queries.close());

const contentHash = (number: number): string => number.toString(16).padStart(64, '0');
/** A direction in the plane of the first two numbers. */
const direction = (degrees: number, length = 1): Float32Array => {
  const row = new Float32Array(WIDTH);
  row[0] = length * Math.cos((degrees * Math.PI) / 180);
  row[1] = length * Math.sin((degrees * Math.PI) / 180);
  return row;
};

/** Features by the number in a file's name: its angle in degrees; a file named "torn" cannot be read. */
class Angles {
  asked: number[][] = [];
  inspect = () =>
    Promise.resolve({
      ...{
        size: 'tiny' as const,
        classes: [],
        vich: true,
        layerEmbedding: true,
        parameters: 1,
        tensors: 1,
        hash: HASH,
      },
    });
  features = async (
    { files }: { files: readonly { id: number; file: string }[] },
    onBatch: (batch: FeatureBatch) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void> => {
    this.asked.push(files.map(({ id }) => id));
    for (const { id, file } of files) {
      if (signal.aborted) throw new FailureError({ kind: 'cancelled', message: 'Cancelled.', remedy: '' });
      const angle = Number(/(-?\d+)\.png$/.exec(file)?.[1] ?? NaN);
      if (Number.isNaN(angle))
        await onBatch({ ids: [], features: new Float32Array(), failed: [{ id, reason: 'torn' }] });
      else await onBatch({ ids: [id], features: direction(angle, 1 + Math.abs(angle)), failed: [] });
    }
  };
}

let store: Store;
let jobs: PlainJobs;
let engine: Angles;
let similar: Similar;
let run: number;

function faces(name: string, angles: readonly (number | 'torn')[], first = 1): { dataset: number; ids: number[] } {
  const images = angles.map((angle, at) =>
    newImage(`${angle}.png`, at % 2 === 0 ? 'sad' : 'happy', { contentHash: contentHash(first + at) }),
  );
  return addDataset(store, name, images);
}

beforeEach(() => {
  store = temporaryStore();
  jobs = new PlainJobs();
  engine = new Angles();
  const workspace = { require: () => ({ store, jobs }) } as unknown as ConstructorParameters<typeof Similar>[0];
  similar = new Similar(workspace, engine, queries);
  onTestFinished(() => queries.release());
});

async function computed(dataset: number): Promise<void> {
  run = addRun(store, dataset);
  const checkpoint = join(store.folder, 'best.safetensors');
  writeFileSync(checkpoint, '');
  store.runs.update(run, { checkpoint, checkpointHash: HASH });
  const job = await jobs.finished(similar.startFeatures({ run, dataset }).job);
  expect(job.error).toBeNull();
  expect(job.status).toBe('done');
}

describe('the nearest images', () => {
  it('are those whose features point the same way, nearest first, whatever their length', async () => {
    const { dataset, ids } = faces('faces', [0, 40, 10, 180, -20, 90]);
    await computed(dataset);
    const found = await similar.nearest({ image: ids[0] ?? 0, run, limit: 4 });
    expect(found).toMatchObject({ known: 6, missing: 0 });
    expect(found.neighbours?.map(({ row }) => row.path)).toEqual(['10.png', '-20.png', '40.png', '90.png']);
    const cosines = [10, 20, 40, 90].map((degrees) => Math.cos((degrees * Math.PI) / 180));
    found.neighbours?.forEach(({ similarity }, at) => expect(similarity).toBeCloseTo(cosines[at] ?? NaN, 5));
    // All others, and never more.
    expect((await similar.nearest({ image: ids[0] ?? 0, run, limit: 50 })).neighbours).toHaveLength(5);
  });

  it('are of the image’s own dataset, though other datasets’ features stand in the same file', async () => {
    const other = faces(
      'crowd',
      Array.from({ length: 60 }, (_, at) => at - 30),
      1_000,
    );
    await computed(other.dataset);
    const { dataset, ids } = faces('faces', [0, 100, 120], 1);
    await computed(dataset);
    const found = await similar.nearest({ image: ids[0] ?? 0, run, limit: 2 });
    expect(found.neighbours?.map(({ row }) => row.path)).toEqual(['100.png', '120.png']);
  });

  it('says what is missing; a job computes it, and nothing twice', async () => {
    const { dataset, ids } = faces('faces', [0, 30, 'torn', 60]);
    run = addRun(store, dataset);
    const before = await similar.nearest({ image: ids[0] ?? 0, run, limit: 3 });
    expect(before).toEqual({ neighbours: null, known: 0, missing: 4 });
    await computed(dataset);
    const after = await similar.nearest({ image: ids[0] ?? 0, run, limit: 3 });
    expect(after).toMatchObject({ known: 3, missing: 1 });
    expect(after.neighbours?.map(({ row }) => row.path)).toEqual(['30.png', '60.png']);
    expect(engine.asked).toEqual([ids]);
    await computed(dataset);
    // Only the torn one is tried again.
    expect(engine.asked).toEqual([ids, [ids[2]]]);
  });

  it('leaves out other pictures with the same pixels, which are duplicates and not neighbours', async () => {
    const twins = [0, 5, 50].map((angle, at) =>
      newImage(`${at}/${angle}.png`, 'sad', { contentHash: contentHash(at === 1 ? 1 : at + 1) }),
    );
    const { dataset, ids } = addDataset(store, 'twins', twins);
    await computed(dataset);
    const found = await similar.nearest({ image: ids[1] ?? 0, run, limit: 3 });
    expect(found.neighbours?.map(({ row }) => row.path)).toEqual(['2/50.png']);
  });

  it('is not confused by a row that is being written', async () => {
    const { dataset, ids } = faces('faces', [0, 30, 60]);
    await computed(dataset);
    const { folder, name } = placeOfFeatures(store.folder, { hash: HASH, size: 'tiny' }, 'auto');
    const files = rowFilePaths(folder, name);
    appendFileSync(files.rows, Buffer.alloc(17));
    appendFileSync(files.keys, 'half a key');
    const found = await similar.nearest({ image: ids[0] ?? 0, run, limit: 3 });
    expect(found.neighbours?.map(({ row }) => row.path)).toEqual(['30.png', '60.png']);
  });

  it('refuses an image that is not there', async () => {
    const { dataset } = faces('faces', [0]);
    await computed(dataset);
    await expect(similar.nearest({ image: 999, run, limit: 3 })).rejects.toThrow('There is no image 999');
  });
});

describe('places of keys', () => {
  it('finds every one of many, and none that is not there', () => {
    const file = join(temporaryFolder(), 'x.keys');
    const key = (at: number): string => `${contentHash(at * 7_919)}${at % 3 === 0 ? '@1.2.30.40' : ''}/224`;
    const count = 30_000;
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, Array.from({ length: count }, (_, at) => `${key(at)}\n`).join(''));
    expect(readFileSync(file).byteLength).toBeGreaterThan(2 << 20);
    const places = new KeyPlaces(file);
    expect(places.count).toBe(count);
    for (let at = 0; at < count; at++) if (places.of(key(at)) !== at) expect(places.of(key(at))).toBe(at);
    for (let at = count; at < 2 * count; at++) if (places.of(key(at)) !== -1) expect(places.of(key(at))).toBe(-1);
  });

  it('is empty without a file', () => {
    const places = new KeyPlaces(join(temporaryFolder(), 'none.keys'));
    expect([places.count, places.of('anything')]).toEqual([0, -1]);
  });
});
