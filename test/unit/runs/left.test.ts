/** The queue of runs outlives the process: what was at work or waited is offered when the project is opened again. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Workspace } from '../../../src-main/services/projects/workspace.ts';
import { Runs } from '../../../src-main/services/runs/runs.ts';
import { createStore } from '../../../src-main/services/store/store.ts';
import { temporaryFolder } from '../store/fixture.ts';
import { SETTINGS, ScriptedEngine, addDataset } from './fakes.ts';

const FACES = [
  { split: 'train', label: 'happy', shown: 'happy' },
  { split: 'val', label: 'sad', shown: 'sad' },
] as const;
const REQUEST = { trainSplit: 'train', valSplit: 'val', device: 'cpu', settings: SETTINGS } as const;

async function opened() {
  const home = temporaryFolder();
  const workspace = new Workspace({ home, door: 'cli', emit: () => undefined });
  onTestFinished(() => workspace.close());
  const path = join(home, 'study');
  await workspace.create(path, 'Study');
  const engine = new ScriptedEngine();
  const runs = new Runs(workspace, engine, () => undefined);
  const { dataset } = addDataset(workspace.require().store, 'faces', FACES);
  /** Three runs of which the first is at work. */
  const startThree = async () => {
    let release = (): void => undefined;
    const began = new Promise<void>((resolve) => {
      engine.beforeEpoch = () => {
        resolve();
        return new Promise((go) => (release = go));
      };
    });
    const started = [1, 2, 3].map(() => runs.startTraining({ ...REQUEST, dataset }).run);
    await began;
    return { started, release: () => release() };
  };
  const reopen = async (release: () => void) => {
    const closing = workspace.close();
    release();
    await closing;
    engine.beforeEpoch = () => undefined;
    await workspace.open(path);
  };
  const states = () =>
    runs
      .list()
      .toReversed()
      .map(({ status }) => status);
  return { workspace, path, engine, runs, dataset, startThree, reopen, states };
}

describe('runs that were left', () => {
  it('are offered after a close, the one at work first, and go on in that order', async () => {
    const { workspace, engine, runs, startThree, reopen, states } = await opened();
    const { started, release } = await startThree();
    await reopen(release);
    expect(states()).toEqual(['interrupted', 'interrupted', 'interrupted']);
    expect(runs.left()).toEqual(started);
    expect(
      runs
        .list()
        .at(-1)
        ?.notes.map(({ text }) => text),
    ).toEqual(['Left at step 0: the project was closed.']);

    const before = engine.plans.length;
    const resumed = runs.resumeLeft();
    expect(resumed.map(({ run }) => run)).toEqual(started);
    expect(runs.left()).toEqual([]);
    for (const { job } of resumed) await workspace.require().jobs.finished(job);
    expect(states()).toEqual(['done', 'done', 'done']);
    expect(engine.plans.slice(before).map(({ folder, resume }) => [folder.slice(-5), resume])).toEqual(
      started.map((run) => [`run-${run}`, true]),
    );
  });

  it('are offered until they are resumed or let be, over further openings', async () => {
    const { runs, startThree, reopen } = await opened();
    const { started, release } = await startThree();
    await reopen(release);
    await reopen(() => undefined);
    expect(runs.left()).toEqual(started);
    runs.forgetLeft();
    await reopen(() => undefined);
    expect(runs.left()).toEqual([]);
    expect(runs.list()[0]).toMatchObject({ status: 'interrupted' });
  });

  it('are those of a killed process too; what a person paused or stopped is not', () => {
    const store = createStore(temporaryFolder(), 'Test');
    onTestFinished(() => store.close());
    const { dataset } = addDataset(store, 'faces', FACES);
    const insert = (status: 'queued' | 'running' | 'paused') => {
      const { size, vich, layerEmbedding, epochs } = SETTINGS;
      const facts = { size, vich, layerEmbedding, epochs, classes: [], settings: SETTINGS, device: 'cpu' as const };
      return store.runs.insert({
        ...facts,
        ...{ name: status, kind: 'trained', status, dataset, trainSplit: 'train', valSplit: 'val' },
      });
    };
    const [waiting, paused, running] = [insert('queued'), insert('paused'), insert('running')];
    store.runs.interrupt();
    expect(store.runs.left()).toEqual([running, waiting]);
    expect(store.runs.get(paused)?.status).toBe('paused');
  });

  it('hold up no other when one cannot go on, and keep the reason', async () => {
    const { workspace, path, runs, startThree, reopen, states } = await opened();
    const { started, release } = await startThree();
    await reopen(release);
    rmSync(join(path, 'checkpoints', `run-${started[0]}`, 'plan.json'));
    const resumed = runs.resumeLeft();
    expect(resumed.map(({ run }) => run)).toEqual(started.slice(1));
    for (const { job } of resumed) await workspace.require().jobs.finished(job);
    expect(states()).toEqual(['interrupted', 'done', 'done']);
    expect(runs.list().at(-1)?.error?.message).toMatch(/list of images/);
  });
});
