import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Emit } from '../../../src-shared/contract/client.ts';
import { FailureError, type Failure } from '../../../src-shared/domain/failure.ts';
import { Workspace } from '../../../src-main/services/projects/workspace.ts';
import { addDataset, addRun, newImage, temporaryFolder } from '../store/fixture.ts';

const run = promisify(execFile);

/** Root may write anywhere: then somebody else opens the project, where somebody else may read these sources at all. */
const NOBODY = ((): { uid?: number; gid?: number } | null => {
  if (process.getuid?.() !== 0) return {};
  const nobody = { uid: 65_534, gid: 65_534 };
  const script = `require('node:fs').accessSync(${JSON.stringify(import.meta.filename)})`;
  return spawnSync(process.execPath, ['-e', script], nobody).status === 0 ? nobody : null;
})();

function setUp(): { base: string; workspace: Workspace; events: string[]; another: () => Workspace } {
  const base = temporaryFolder();
  const events: string[] = [];
  const emit: Emit = (event) => void events.push(event);
  const make = (): Workspace => {
    const workspace = new Workspace({ home: join(base, 'home'), door: 'cli', emit });
    onTestFinished(() => workspace.close());
    return workspace;
  };
  return { base, workspace: make(), events, another: make };
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.failure;
    throw thrown;
  }
  throw new Error('Nothing was thrown.');
}

describe('Workspace', () => {
  it('creates, closes and opens a project', async () => {
    const { base, workspace, events } = setUp();
    expect(workspace.current()).toBeNull();
    expect(() => workspace.require()).toThrow('No project is open.');
    const path = join(base, 'deep', 'project');
    const project = await workspace.create(path, 'Faces', { sample: true });
    expect(project).toMatchObject({ path, name: 'Faces', sample: true });
    expect(workspace.require().store.folder).toBe(path);
    await workspace.close();
    expect(workspace.current()).toBeNull();
    expect(await workspace.open(join(path, 'project.sqlite'))).toMatchObject({ path, name: 'Faces', sample: true });
    expect(await workspace.open(path)).toBe(workspace.current());
    expect(events).toEqual(['project.changed', 'project.changed', 'project.changed']);
  });

  it('marks what was under way as interrupted, and removes half an import', async () => {
    const { base, workspace, another } = setUp();
    const path = join(base, 'p');
    await workspace.create(path, 'P');
    const { store } = workspace.require();
    const { dataset } = addDataset(store, 'd', [newImage('a.png', 'sad')]);
    const run = addRun(store, dataset);
    store.runs.update(run, { status: 'running' });
    const half = store.datasets.insert({ name: 'half', root: '/', format: 'folders' });
    const job = store.jobs.insert({
      kind: 'train',
      title: 'T',
      status: 'running',
      done: 1,
      total: 2,
      unit: 'steps',
      rate: 1,
      etaSeconds: 1,
      text: '',
      run,
      dataset,
      error: null,
      createdAt: '',
      startedAt: '',
      endedAt: null,
    });
    await workspace.close();
    const again = another();
    await again.open(path);
    const opened = again.require().store;
    expect(opened.runs.get(run)).toMatchObject({ status: 'interrupted' });
    expect(opened.jobs.get(job)).toMatchObject({ status: 'interrupted', done: 1, rate: null });
    expect(opened.datasets.get(half)).toBeNull();
    expect(opened.datasets.list()).toHaveLength(1);
  });

  it('lists recent projects with their counts, and says why one cannot be opened', async () => {
    const { base, workspace } = setUp();
    await workspace.create(join(base, 'gone'), 'Gone');
    await workspace.create(join(base, 'here'), 'Here');
    rmSync(join(base, 'gone'), { recursive: true });
    const { store } = workspace.require();
    const images = Array.from({ length: 9 }, (_, index) => newImage(`${index}.png`, 'sad'));
    const { ids } = addDataset(store, 'd', images);
    store.labels.apply(ids.slice(0, 2), { kind: 'hard', label: 'fear' }, 'me');
    const run = addRun(store, 1);
    store.runs.update(run, { best: { metric: 'accuracy', value: 0.75, epoch: 1 } });
    const [here, gone] = workspace.recent();
    expect(here).toMatchObject({
      name: 'Here',
      images: 9,
      datasets: 1,
      runs: 1,
      reviewed: 2,
      bestAccuracy: 0.75,
      problem: null,
    });
    expect(here?.faces).toEqual([ids[0], ids[3], ids[6]]);
    expect(gone).toMatchObject({ name: 'Gone', images: 0, problem: 'The folder is not there.' });
    workspace.forget(join(base, 'gone'));
    expect(workspace.recent().map((one) => one.name)).toEqual(['Here']);
  });

  it('begins a damaged list anew and keeps the old file', async () => {
    const { base, workspace } = setUp();
    mkdirSync(join(base, 'home'));
    writeFileSync(join(base, 'home', 'recent.json'), '[{"path": ');
    expect(workspace.recent()).toEqual([]);
    await workspace.create(join(base, 'p'), 'P');
    expect(workspace.recent()).toHaveLength(1);
    const kept = readdirSync(join(base, 'home')).filter((name) => name.includes('damaged'));
    expect(kept.map((name) => readFileSync(join(base, 'home', name), 'utf8'))).toEqual(['[{"path": ']);
  });

  it('says in words what is wrong with a folder', async () => {
    const { base, workspace } = setUp();
    writeFileSync(join(base, 'file'), '');
    mkdirSync(join(base, 'full'));
    writeFileSync(join(base, 'full', 'thesis.tex'), '');
    expect(await failureOf(workspace.open(join(base, 'nowhere')))).toMatchObject({ kind: 'not-found' });
    expect(await failureOf(workspace.open(join(base, 'file')))).toMatchObject({ kind: 'invalid' });
    expect((await failureOf(workspace.open(join(base, 'full')))).message).toContain('is not a project');
    expect((await failureOf(workspace.create(join(base, 'full'), 'X'))).message).toContain('thesis.tex');
    expect(await failureOf(workspace.create(join(base, 'file'), 'X'))).toMatchObject({ kind: 'conflict' });
    await workspace.create(join(base, 'p'), 'P');
    await workspace.close();
    expect((await failureOf(workspace.create(join(base, 'p'), 'X'))).message).toContain('holds a project already');
    expect(readdirSync(join(base, 'full'))).toEqual(['thesis.tex']);
  });

  it.skipIf(NOBODY === null)(
    `says that a folder is read-only, and writes nothing to it${NOBODY === null ? ' (skipped: as root, nobody else may read this folder)' : ''}`,
    async () => {
      const { base, workspace } = setUp();
      const path = join(base, 'p');
      await workspace.create(path, 'P');
      await workspace.close();
      const files = readdirSync(path).toSorted();
      for (const name of files) chmodSync(join(path, name), statSync(join(path, name)).isDirectory() ? 0o555 : 0o444);
      for (const folder of [base, path]) chmodSync(folder, 0o555);
      onTestFinished(() => [base, path].forEach((folder) => chmodSync(folder, 0o755)));
      const script = join(import.meta.dirname, 'open-as.ts');
      const { stdout } = await run(process.execPath, [script, path, join(tmpdir(), 'poster-var-none')], NOBODY ?? {});
      expect(JSON.parse(stdout)).toMatchObject({
        kind: 'forbidden',
        message: expect.stringContaining(path) as string,
        remedy: expect.stringContaining('copy the project') as string,
      });
      expect(readdirSync(path).toSorted()).toEqual(files);
    },
  );

  it('keeps the open project when another cannot be opened', async () => {
    const { base, workspace, another } = setUp();
    await another().create(join(base, 'held'), 'Held');
    const project = await workspace.create(join(base, 'mine'), 'Mine');
    expect(await failureOf(workspace.open(join(base, 'held')))).toMatchObject({ kind: 'locked' });
    expect(workspace.current()).toBe(project);
    expect(workspace.require().store.getMeta('name')).toBe('Mine');
  });

  it('gives the lock back when opening fails', async () => {
    const { base, workspace, another } = setUp();
    const path = join(base, 'p');
    await workspace.create(path, 'P');
    await workspace.close();
    const bytes = readFileSync(join(path, 'project.sqlite'));
    writeFileSync(join(path, 'project.sqlite'), 'x'.repeat(5_000));
    expect(await failureOf(workspace.open(path))).toMatchObject({ kind: 'unreadable' });
    writeFileSync(join(path, 'project.sqlite'), bytes);
    expect(await another().open(path)).toMatchObject({ name: 'P' });
    expect(existsSync(join(path, 'project.holder.json'))).toBe(true);
  });
});
