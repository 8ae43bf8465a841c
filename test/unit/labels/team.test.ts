/** What several people's judgements make together: consensus as a proposal, and rounds that are dealt and worked down. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { Gallery } from '../../../src-main/services/images/gallery.ts';
import { votesOf } from '../../../src-main/services/labels/consensus.ts';
import { Labels } from '../../../src-main/services/labels/labels.ts';
import { dealt, Team } from '../../../src-main/services/labels/team.ts';
import type { Workspace } from '../../../src-main/services/projects/workspace.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { Queues } from '../../../src-main/services/queues/queues.ts';
import { ScriptedEngine } from '../runs/fakes.ts';
import { addDataset, newImage, temporaryStore } from '../store/fixture.ts';

const queries = new Queries();
afterAll(() => queries.close());
afterEach(() => queries.release());

function setUp(count = 6, more: Parameters<typeof newImage>[2] = {}) {
  const store = temporaryStore();
  const images = Array.from({ length: count }, (_, at) => newImage(`${at}.png`, 'sad', more));
  const { dataset, ids } = addDataset(store, 'd', images);
  const project = { store };
  const workspace = { require: () => project } as unknown as Workspace;
  const gallery = new Gallery(workspace, queries);
  const labels = new Labels(workspace, gallery, () => undefined, 'me');
  const team = new Team(workspace, labels, queries);
  const queues = new Queues(workspace, gallery, { engine: new ScriptedEngine(), emit: () => undefined, queries });
  const say = (who: string, label: Expression, at: number): void =>
    void store.labels.apply([ids[at] ?? 0], { kind: 'hard', label }, who, { as: 'opinion' });
  const standing = () => store.images.rows(ids, null).map(({ label }) => label);
  return { store, dataset, ids, labels, team, queues, say, standing };
}

describe('consensus', () => {
  it('by majority is a proposal that changes nothing; applied, it is one act that one undo takes back', async () => {
    const { dataset, ids, team, labels, store, say, standing } = setUp();
    for (const who of ['ann', 'bob', 'eve']) say(who, 'fear', 0);
    for (const who of ['ann', 'bob']) say(who, 'happy', 1);
    say('eve', 'fear', 1);
    for (const who of ['ann', 'bob']) say(who, 'sad', 2);
    say('ann', 'happy', 3);
    say('bob', 'fear', 3);
    say('ann', 'anger', 4);
    const found = await team.consensus({ dataset, method: 'majority' });
    // 4 has one judgement only, 5 none.
    expect(found).toMatchObject({ images: 4, undecided: 1, agreeing: 1, changes: 2 });
    expect(found.proposals.map(({ image, label, share, judgements }) => [image, label, share, judgements])).toEqual([
      [ids[1], 'happy', 2 / 3, 3],
      [ids[0], 'fear', 1, 3],
    ]);
    expect(new Set(standing())).toEqual(new Set(['sad']));
    const batch = await team.applyConsensus({ dataset, method: 'majority', through: found.through, except: [] });
    expect(batch).toMatchObject({ changed: 2, description: 'Labels on 2 images' });
    expect(standing().slice(0, 2)).toEqual(['fear', 'happy']);
    // The one who applied it is no voter.
    expect(store.opinions.by('me', ids).size).toBe(0);
    labels.undo();
    expect(new Set(standing())).toEqual(new Set(['sad']));
    labels.redo();
    expect(standing().slice(0, 2)).toEqual(['fear', 'happy']);
  });

  it('applies what was seen or nothing, and leaves out what a person takes out', async () => {
    const { dataset, ids, team, say, standing } = setUp();
    for (const who of ['ann', 'bob']) for (const at of [0, 1]) say(who, 'fear', at);
    const { through } = await team.consensus({ dataset, method: 'majority' });
    say('eve', 'anger', 5);
    const request = { dataset, method: 'majority', through, except: [ids[0] ?? 0] } as const;
    await expect(team.applyConsensus(request)).rejects.toMatchObject({ failure: { kind: 'conflict' } });
    const again = await team.consensus({ dataset, method: 'majority' });
    await team.applyConsensus({ ...request, through: again.through });
    expect(standing().slice(0, 2)).toEqual(['sad', 'fear']);
    const last = await team.consensus({ dataset, method: 'majority' });
    await expect(team.applyConsensus({ ...request, through: last.through })).rejects.toThrow(/nothing to apply/);
  });

  it('by distribution gives shares, by the rules of a dataset’s own votes: soft opinions by theirs, unsure as unknown', async () => {
    const { dataset, ids, team, store, say } = setUp();
    say('ann', 'fear', 0);
    say('bob', 'surprise', 0);
    store.labels.apply([ids[0] ?? 0], { kind: 'soft', soft: { fear: 0.5, surprise: 0.5 } }, 'eve', { as: 'opinion' });
    for (const who of ['ann', 'bob']) store.labels.apply([ids[1] ?? 0], { kind: 'unsure' }, who);
    const found = await team.consensus({ dataset, method: 'crossentropy' });
    expect(found).toMatchObject({ images: 2, undecided: 1, changes: 1 });
    expect(found.proposals[0]?.soft).toEqual({ fear: 0.5, surprise: 0.5 });
    await team.applyConsensus({ dataset, method: 'crossentropy', through: found.through, except: [] });
    expect(store.images.detail(ids[0] ?? 0, null)?.target).toEqual({ fear: 0.5, surprise: 0.5 });
  });

  it('counts annotators beside a dataset’s own votes, whose single votes are slips', async () => {
    const votes = { happy: 5, fear: 4, anger: 1 };
    const { dataset, team, say } = setUp(2, { votes, soft: null });
    for (const who of ['ann', 'bob']) say(who, 'fear', 0);
    const { proposals } = await team.consensus({ dataset, method: 'first' });
    expect(proposals.map(({ label, judgements }) => [label, judgements])).toEqual([['fear', 12]]);
    expect(votesOf([{ fear: 1 }], 1, votes)).toEqual({ happy: 5, fear: 5, anger: 1, unknown: 1 });
  });

  it('by Dawid and Skene follows the one who proved right against two who guess, and says how right each is', async () => {
    const { dataset, ids, team, say } = setUp(41);
    for (let at = 0; at < 40; at++) {
      const truth = at % 2 === 0 ? 'sad' : 'fear';
      for (const who of ['ann', 'bob', 'eve']) say(who, truth, at);
      for (const who of ['x', 'y']) say(who, Math.floor(at / 2) % 2 === 0 ? 'sad' : 'fear', at);
    }
    say('ann', 'fear', 40);
    say('x', 'sad', 40);
    say('y', 'sad', 40);
    const found = await team.consensus({ dataset, method: 'dawid-skene' });
    expect(found.proposals.find(({ image }) => image === ids[40])?.label).toBe('fear');
    const right = Object.fromEntries(found.annotators.map(({ name, right: share }) => [name, share]));
    expect(right['ann']).toBeGreaterThan(0.95);
    expect(right['x']).toBeLessThan(0.7);
    expect((await team.consensus({ dataset, method: 'majority' })).proposals.map(({ image }) => image)).not.toContain(
      ids[40],
    );
  });
});

describe('rounds of second opinions', () => {
  it('deal a share to everybody and the rest to one annotator each, shuffled', () => {
    const slice = Int32Array.from({ length: 100 }, (_, at) => at + 1);
    const lists = dealt(slice, ['ann', 'bob', 'eve'], 0.25);
    const all = [...lists.values()];
    expect(all.map((list) => list.length)).toEqual([50, 50, 50]);
    const times = new Map<number, number>();
    for (const image of all.flat()) times.set(image, (times.get(image) ?? 0) + 1);
    expect(times.size).toBe(100);
    const counts = [...times.values()];
    expect([1, 3].map((n) => counts.filter((count) => count === n).length)).toEqual([75, 25]);
    expect(all[0]).not.toEqual(all[0]?.toSorted((a, b) => a - b));
    expect([...dealt(slice, ['ann', 'bob', 'eve'], 0.25)]).toEqual([...lists]);
  });

  it('are lists that each works down, blind to the order, with everybody’s progress', async () => {
    const { dataset, team, queues, store, say } = setUp(8);
    const order = { dataset, run: null, name: 'Pilot', q: 'label:sad', annotators: ['ann', 'bob'], overlap: 1 };
    const { round } = await team.startRound(order);
    const open = (annotator: string) =>
      queues.open({ queue: 'second', dataset, run: null, annotator, round, q: '', sort: 'id', descending: false });
    const opened = await open('ann');
    expect(opened).toMatchObject({ total: 8, threshold: null });
    const entries = queues.page({ snapshot: opened.snapshot, annotator: 'ann', offset: 0, limit: 20 });
    expect(entries.map(({ score, reason }) => [score, reason])).toEqual(entries.map(() => [null, '']));
    expect((await open('eve')).total).toBe(0);
    say('ann', 'sad', 0);
    say('ann', 'fear', 3);
    store.labels.apply([entries[7]?.row.id ?? 0], { kind: 'exclude', excluded: true }, 'bob');
    const [listed] = team.rounds(dataset);
    expect(listed).toMatchObject({ name: 'Pilot', images: 8, shared: 8 });
    expect(listed?.lists.find(({ annotator }) => annotator === 'bob')).toEqual({
      annotator: 'bob',
      images: 8,
      done: 1,
    });
    const { decided } = await queues.progress({ snapshot: opened.snapshot, annotator: 'ann' });
    expect(listed?.lists.find(({ annotator }) => annotator === 'ann')?.done).toBe(decided);
    team.removeRound(round);
    expect(team.rounds(dataset)).toEqual([]);
    expect(store.opinions.by('ann', [entries[0]?.row.id ?? 0, ...entries.map(({ row }) => row.id)]).size).toBe(2);
    expect(() => team.removeRound(round)).toThrow(/no such round/);
  });

  it('say what cannot be dealt', async () => {
    const { dataset, team } = setUp(2);
    const order = { dataset, run: null, name: 'x', q: '', annotators: ['ann', 'ann'], overlap: 1 };
    await expect(team.startRound(order)).rejects.toThrow(/stands twice/);
    const alone = { ...order, annotators: ['ann'] };
    await expect(team.startRound({ ...alone, q: 'label:happy' })).rejects.toThrow(/No usable image/);
    await expect(team.startRound({ ...alone, q: 'label:grumpy' })).rejects.toThrow();
  });
});
