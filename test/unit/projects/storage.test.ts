import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Storage } from '../../../src-main/services/projects/storage.ts';

describe('storage', () => {
  let root: string;
  const at = (...parts: string[]): string => join(root, ...parts);
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'poster-var-storage-'));
    const files: Record<string, number> = {
      'project/project.sqlite': 100,
      'project/project.sqlite-wal': 20,
      'project/images/own/a.jpg': 7,
      'project/checkpoints/run-1/model.safetensors': 300,
      'project/features/x.f32': 11,
      'project/cache/thumbnails/aa/a-96.webp': 5,
      'project/cache/thumbnails/bb/b-96.webp': 6,
      'project/cache/duplicates-1.jsonl': 9,
      'home/cache/graphs/k.graph': 50,
      'elsewhere/photo.jpg': 1_000,
    };
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), Buffer.alloc(bytes, 1));
    }
    // Images stay where they are: what a link leads to is not the project's.
    symlinkSync(at('elsewhere'), at('project', 'images', 'linked'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const storage = (isOpen = true): Storage =>
    new Storage(
      { current: () => (isOpen ? { path: at('project'), name: 'Study', sample: false, openedAt: '' } : null) },
      at('home'),
    );
  const sizes = async (of: Storage) =>
    Object.fromEntries((await of.measure()).map(({ name, files, bytes }) => [name, [files, bytes]]));

  it('counts each file once, under what it is', async () => {
    expect(await sizes(storage())).toEqual({
      records: [2, 120],
      images: [1, 7],
      checkpoints: [1, 300],
      features: [1, 11],
      thumbnails: [2, 11],
      rest: [1, 9],
      graphs: [1, 50],
    });
    expect(await sizes(storage(false))).toEqual({ graphs: [1, 50] });
  });

  it('clears a cache and nothing else, and says how much that was', async () => {
    const before = await sizes(storage());
    expect(await storage().clear('thumbnails')).toEqual({ files: 2, bytes: 11 });
    expect(await sizes(storage())).toEqual({ ...before, thumbnails: [0, 0] });
    expect(await storage().clear('graphs')).toEqual({ files: 1, bytes: 50 });
    expect(await storage().clear('graphs')).toEqual({ files: 0, bytes: 0 });
    expect(existsSync(at('project', 'cache', 'duplicates-1.jsonl'))).toBe(true);
    expect(readFileSync(at('elsewhere', 'photo.jpg'))).toHaveLength(1_000);
    await expect(storage(false).clear('thumbnails')).rejects.toMatchObject({ failure: { kind: 'conflict' } });
  });

  it('does not take a folder that cannot be read for an empty one', async () => {
    rmSync(at('project', 'features'), { recursive: true });
    symlinkSync(at('project', 'features'), at('project', 'features'));
    await expect(storage().measure()).rejects.toMatchObject({
      failure: { kind: 'forbidden', message: expect.stringMatching(/features cannot be measured/) as string },
    });
  });
});
