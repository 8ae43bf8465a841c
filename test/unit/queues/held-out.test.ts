/** Labels judged out of sample: who judges what, by a scripted engine; and that it finds a planted error, by the real one. */
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import { createEngine } from '../../../src-main/services/engine/client.ts';
import type { HeadPlan } from '../../../src-main/services/engine/interface.ts';
import { startHeldOut } from '../../../src-main/services/queues/held-out.ts';
import { mislabelled } from '../../../src-main/services/queues/mislabelled.ts';
import type { RunContext } from '../../../src-main/services/runs/context.ts';
import { Runs } from '../../../src-main/services/runs/runs.ts';
import { drawFaces } from '../../fixtures/faces.ts';
import { plant } from '../datasets/images.ts';
import { openProject } from '../datasets/project.ts';
import { PlainJobs, ScriptedEngine, addDataset, type Face } from '../runs/fakes.ts';
import { addRun, temporaryStore } from '../store/fixture.ts';

/** Width of the tiny model's features. */
const WIDTH = 96;

class Heads extends ScriptedEngine {
  readonly heads: HeadPlan[] = [];
  override features: ScriptedEngine['features'] = async ({ files }, onBatch) => {
    const fine = files.filter(({ file }) => !file.includes('gone'));
    const features = new Float32Array(fine.length * WIDTH);
    fine.forEach(({ id }, at) => (features[at * WIDTH] = id));
    const failed = files.filter((file) => !fine.includes(file)).map(({ id }) => ({ id, reason: 'x' }));
    await onBatch({ ids: fine.map(({ id }) => id), features, failed });
  };
  override trainHead: ScriptedEngine['trainHead'] = async (plan, onEpoch) => {
    this.heads.push(plan);
    const n = plan.features.length / WIDTH;
    // Each folding is sure of another class: the mean of the three shows in what is stored.
    const mu = new Float32Array(n * SEVEN.length);
    for (let at = 0; at < n; at++) mu[at * SEVEN.length + this.heads.length - 1] = 50;
    for (const [round] of plan.rounds.entries()) await onEpoch({ round, epoch: 1, loss: 1 } as never);
    return { mu } as never;
  };
}

function setUp(faces: readonly Face[]) {
  const store = temporaryStore();
  const { dataset, images } = addDataset(store, 'd', faces);
  const run = addRun(store, dataset);
  store.runs.update(run, { checkpoint: join(store.folder, 'best.safetensors') });
  const engine = new Heads();
  const told: unknown[] = [];
  const context: RunContext = { store, engine, jobs: new PlainJobs(), emit: (...event) => void told.push(event) };
  return { store, dataset, images, run, engine, context, told };
}

const face = (label: Face['label'], shown: Face['shown'] = 'happy'): Face => ({ split: 'train', label, shown });

describe('judging labels out of sample', () => {
  it('asks no head about an image that it was trained on, and every image once in each of three foldings', async () => {
    const faces = SEVEN.flatMap((label) => Array.from({ length: 5 }, () => face(label)));
    const { store, dataset, images, run, engine, context, told } = setUp(faces);
    const job = startHeldOut(context, run, dataset);
    expect(await context.jobs.finished(job)).toMatchObject({ status: 'done', kind: 'judge', run, dataset });
    expect(engine.heads).toHaveLength(3);
    for (const { rounds, start, out } of engine.heads) {
      expect([rounds.length, start, out]).toEqual([5, 'fresh', null]);
      for (const { train, judge } of rounds) expect(train.some((row) => judge?.includes(row))).toBe(false);
      const judged = rounds.flatMap(({ judge }) => [...(judge ?? [])]).toSorted((a, b) => a - b);
      expect(judged).toEqual(faces.map((_, row) => row));
    }
    const cuts = engine.heads.map(({ rounds }) => rounds[0]?.judge?.join());
    expect(new Set(cuts).size).toBe(3);
    const found = store.heldOut.of(run, dataset);
    expect([...found.keys()]).toEqual(images);
    for (const p of found.values())
      [1, 1, 1, 0, 0, 0, 0].forEach((third, at) => expect(p[at]).toBeCloseTo(third / 3, 6));
    expect(told).toContainEqual(['predictions.changed', { run, dataset }]);
  });

  it('leaves out images without a label and files that cannot be read', async () => {
    const faces = [...Array.from({ length: 11 }, () => face('sad')), face(null), face('sad', 'gone')];
    const { store, dataset, images, run, context } = setUp(faces);
    await context.jobs.finished(startHeldOut(context, run, dataset));
    expect([...store.heldOut.of(run, dataset).keys()]).toEqual(images.slice(0, 11));
  });

  it('says how many labels it takes, and that it needs a checkpoint', async () => {
    const { store, dataset, run, context } = setUp([face('sad'), face('happy')]);
    const ended = await context.jobs.finished(startHeldOut(context, run, dataset));
    expect(ended).toMatchObject({ status: 'failed', error: { kind: 'invalid', message: /Only 2 images/ } });
    expect(() => startHeldOut(context, addRun(store, dataset), dataset)).toThrow(/no checkpoint/);
  });
});

describe('with the real engine', () => {
  const engine = createEngine();
  afterAll(() => engine.close());

  it('a planted error stands first once its label is judged by heads that had not seen it', async () => {
    await using project = await openProject();
    const files: Record<string, Buffer> = {};
    for (const [index, { expression, jpeg }] of (await drawFaces(8)).entries())
      files[`train/${index === 12 ? 'anger' : expression}/${index}.jpg`] = jpeg;
    const { report } = await project.import({
      ...{ source: plant(project.source(), files), format: 'folders', name: 'faces' },
    });
    const { store, jobs } = project.workspace.require();
    const sample = join(import.meta.dirname, '..', '..', '..', 'resources', 'sample', 'tiny.safetensors');
    const { id: run } = await new Runs(project.workspace, engine, () => undefined).importCheckpoint(sample);
    const context: RunContext = { store, jobs, engine, emit: () => undefined };
    const input = { store, dataset: report.dataset, run, annotator: '' };
    const ended = await jobs.finished(startHeldOut(context, run, report.dataset));
    expect(ended.error).toBeNull();
    expect([ended.done, ended.total]).toEqual([56, 56]);
    const planted = store.images.files(report.dataset, null).find(({ file }) => file.endsWith('/12.jpg'))?.id;
    store.runs.putPredictions(
      run,
      store.images.files(report.dataset, null).map(({ id }) => ({ image: id, mu: new Float32Array(7), logvar: null })),
    );
    const { images, evidence, caveat } = mislabelled.rank(input);
    expect(evidence).toEqual({ outOfSample: true, dynamics: false, canJudge: true });
    expect(caveat).toBeNull();
    const place = images.toSorted((a, b) => b.score - a.score).findIndex(({ image }) => image === planted);
    expect(place).toBeGreaterThanOrEqual(0);
    expect(place).toBeLessThan(8);
    expect(store.heldOut.of(run, report.dataset).size).toBe(56);
  }, 120_000);
});
