import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { Datasets } from '../../../src-main/services/datasets/datasets.ts';
import { Workspace } from '../../../src-main/services/projects/workspace.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { drawFaces } from '../../fixtures/faces.ts';
import * as fixtures from '../../fixtures/formats.ts';
import { picture, plant } from './images.ts';
import { openProject } from './project.ts';

const IMAGES = 1_500;
const CHILD = join(import.meta.dirname, 'import-forever.ts');

/** A process of its own that imports, killed when it has said that so many images are done. */
function importAndKill(project: string, source: string, home: string, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, project, source, home], { stdio: ['ignore', 'pipe', 'inherit'] });
    let done = 0;
    createInterface({ input: child.stdout }).on('line', (line) => {
      done = Number(line);
      if (done >= at) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('exit', () => resolve(done));
  });
}

describe('an import that is killed at 60%', () => {
  it('goes on where it was, and comes to what an undisturbed one comes to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'resume-'));
    const files: Record<string, Buffer> = {};
    const few = await Promise.all(Array.from({ length: 40 }, (_, seed) => picture(seed)));
    for (let i = 0; i < IMAGES; i++) {
      // Bytes of their own, by what stands behind the end of the picture; every tenth repeats the one before.
      const tail = Buffer.from(`#${i % 10 === 9 ? i - 1 : i}`);
      const base = few[(i % 10 === 9 ? i - 1 : i) % few.length] ?? Buffer.alloc(0);
      files[`${i % 2 === 0 ? 'happy' : 'sad'}/${String(i).padStart(5, '0')}.jpg`] = Buffer.concat([base, tail]);
    }
    const source = plant(join(folder, 'source'), files);
    const [project, home] = [join(folder, 'project'), join(folder, 'home')];
    const workspace = new Workspace({ home, door: 'cli', emit: () => undefined });
    try {
      await workspace.create(project, 'Test');
      await workspace.close();
      const done = await importAndKill(project, source, home, IMAGES * 0.6);
      expect(done).toBeGreaterThanOrEqual(IMAGES * 0.6);
      expect(done).toBeLessThan(IMAGES);

      await workspace.open(project);
      const datasets = new Datasets(workspace, () => undefined);
      expect(datasets.list()).toEqual([]);
      const [cut] = datasets.interrupted();
      expect(cut).toMatchObject({ name: 'faces', source, total: IMAGES });
      expect(cut?.done).toBeGreaterThan(0);
      const { store, jobs } = workspace.require();
      const { job } = datasets.resumeImport(cut?.dataset ?? 0);
      expect(datasets.interrupted()).toEqual([]);
      expect(await jobs.finished(job)).toMatchObject({ status: 'done', done: IMAGES, dataset: cut?.dataset });

      const straight = { source, format: 'folders', split: { shares: { train: 0.8, val: 0.2 }, seed: 1 } } as const;
      await jobs.finished(datasets.startImport({ ...straight, name: 'straight' }).job);
      const [resumed, whole] = datasets.list().map(({ id }) => {
        const ids = store.images.ids({ dataset: id, run: null, q: '', sort: 'id', descending: false });
        const { dataset: _id, name: _name, seconds: _seconds, ...report } = datasets.report(id);
        return { report, rows: store.images.rows([...ids], null).map(({ id: _row, ...row }) => row) };
      });
      expect(resumed?.rows).toHaveLength(IMAGES);
      expect(resumed).toEqual(whole);
      expect(resumed?.report.duplicates).toBe(IMAGES / 10);
    } finally {
      await workspace.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});

describe('an import that is cut short', () => {
  it('goes on after the project was closed, is refused when the source changed, and can be taken back', async () => {
    await using project = await openProject();
    const root = project.source();
    await fixtures.fer2013(root, await drawFaces(1));
    const { store } = project.workspace.require();
    // The disk fills up before the first step is stored.
    const append = store.imports.append.bind(store.imports);
    store.imports.append = () => {
      throw new FailureError({ kind: 'disk-full', message: 'The disk is full.', remedy: '' });
    };
    const order = { source: join(root, 'fer2013.csv'), format: 'fer2013', name: 'FER 2013' } as const;
    const { jobs } = project.workspace.require();
    expect(await jobs.finished(project.datasets.startImport(order).job)).toMatchObject({
      error: { kind: 'disk-full' },
    });
    store.imports.append = append;
    const [cut] = project.datasets.interrupted();
    expect(cut).toMatchObject({ name: 'FER 2013', done: 0 });
    expect(readdirSync(join(store.folder, 'images', 'FER-2013')).length).toBeGreaterThan(0);
    await project.datasets.discardImport(cut?.dataset ?? 0);
    expect(project.datasets.interrupted()).toEqual([]);
    expect(readdirSync(join(store.folder, 'images'))).toEqual([]);
    // The name is free again, and a table that has moved is a source that is not there.
    expect((await project.import(order)).report.images).toBe(7);
    renameSync(order.source, `${order.source}.old`);
    const gone = project.datasets.startImport({ ...order, name: 'x' });
    expect(await jobs.finished(gone.job)).toMatchObject({ status: 'failed', error: { kind: 'not-found' } });
  });
});
