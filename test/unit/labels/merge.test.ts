/** Two projects of the same pictures become one: matched by content, conflicts named, one act that one undo takes back. */
import { afterAll, afterEach, expect, it } from 'vitest';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { Gallery } from '../../../src-main/services/images/gallery.ts';
import { Labels } from '../../../src-main/services/labels/labels.ts';
import { Team } from '../../../src-main/services/labels/team.ts';
import type { Workspace } from '../../../src-main/services/projects/workspace.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { addDataset, newImage, temporaryStore } from '../store/fixture.ts';

const queries = new Queries();
afterAll(() => queries.close());
afterEach(() => queries.release());

/** Pictures of these contents, all of them sad by the dataset. */
function project(contents: string, prefix = '') {
  const store = temporaryStore();
  const images = [...contents].map((contentHash) => newImage(`${prefix}${contentHash}.png`, 'sad', { contentHash }));
  const { dataset, ids } = addDataset(store, `faces ${prefix}`, images);
  const id = (content: string): number => ids[contents.indexOf(content)] ?? 0;
  const say = (who: string, label: Expression, content: string, as: 'label' | 'opinion' = 'label'): void =>
    void store.labels.apply([id(content)], { kind: 'hard', label }, who, { as });
  return { store, dataset, ids, id, say };
}

function teamOf(store: Store) {
  const held = { store };
  const workspace = { require: () => held } as unknown as Workspace;
  const labels = new Labels(workspace, new Gallery(workspace, queries), () => undefined, 'me');
  return { team: new Team(workspace, labels, queries), labels };
}

const ours = (dataset: number, there: { store: Store }) => ({ dataset, project: there.store.folder });
const labelsOf = (store: Store, ids: readonly number[]) => store.images.rows(ids, null).map(({ label }) => label);

it('takes what is missing here, under the names of those who said it, and lists what differs', async () => {
  const [here, there] = [project('abcdef'), project('xfedcb', 'their-')];
  there.say('ben', 'fear', 'b');
  there.say('ben', 'happy', 'c', 'opinion');
  there.say('ben', 'anger', 'd');
  there.say('ann', 'happy', 'e', 'opinion');
  there.store.labels.apply([there.id('f')], { kind: 'exclude', excluded: true }, 'ben');
  there.store.labels.apply([there.id('f')], { kind: 'note', note: 'blurred' }, 'ben');
  there.store.labels.apply([there.id('c')], { kind: 'flag', flagged: true }, 'ben');
  here.say('ann', 'disgust', 'd');
  here.say('ann', 'sad', 'e', 'opinion');
  const before = labelsOf(here.store, here.ids);
  const { team, labels } = teamOf(here.store);
  const plan = await team.planMerge(ours(here.dataset, there));
  expect(plan).toMatchObject({ matched: 5, onlyHere: 1, onlyThere: 1, from: 'faces their-' });
  expect(plan).toMatchObject({ labels: 1, opinions: 3, exclusions: 1, flags: 1, notes: 1, conflicts: 2 });
  expect(plan.listed.map(({ path, part, annotator, ours: o, theirs }) => [path, part, annotator, o, theirs])).toEqual(
    expect.arrayContaining([
      ['d.png', 'label', null, 'Disgust, by ann', 'Anger, by ben'],
      ['e.png', 'opinion', 'ann', 'Sad', 'Happy'],
    ]),
  );
  expect(labelsOf(here.store, here.ids)).toEqual(before);

  const batch = await team.merge({ ...ours(here.dataset, there), prefer: 'ours', choices: {} });
  expect(batch.changed).toBe(4);
  expect(labelsOf(here.store, here.ids)).toEqual(['sad', 'fear', 'sad', 'disgust', 'sad', 'sad']);
  const said = here.store.opinions
    .of(here.dataset)
    .map(({ image, annotator, opinion }) => [image, annotator, opinion.kind]);
  expect(said).toEqual([
    [here.id('b'), 'ben', 'hard'],
    [here.id('c'), 'ben', 'hard'],
    [here.id('d'), 'ann', 'hard'],
    [here.id('d'), 'ben', 'hard'],
    [here.id('e'), 'ann', 'hard'],
  ]);
  expect(here.store.images.rows([here.id('f')], null)[0]).toMatchObject({ status: 'excluded', noted: true });
  // The one who merged is no voter, and one undo takes all of it back, the several things of one image too.
  labels.undo();
  expect(labelsOf(here.store, here.ids)).toEqual(before);
  expect(here.store.opinions.of(here.dataset)).toHaveLength(2);
  expect(here.store.images.rows([here.id('f')], null)[0]).toMatchObject({ status: 'ok', noted: false });
  labels.redo();
  expect(here.store.opinions.of(here.dataset)).toHaveLength(5);
  expect(here.store.images.rows([here.id('f')], null)[0]).toMatchObject({ status: 'excluded', noted: true });
});

it('settles conflicts by choice, and where none was made by preference', async () => {
  const [here, there] = [project('ab'), project('ab')];
  for (const content of ['a', 'b']) here.say('ann', 'disgust', content);
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (const content of ['a', 'b']) there.say('ben', 'anger', content);
  const { team, labels } = teamOf(here.store);
  const source = ours(here.dataset, there);
  const key = `${here.id('a')}/label`;
  await team.merge({ ...source, prefer: 'ours', choices: { [key]: 'theirs' } });
  expect(labelsOf(here.store, here.ids)).toEqual(['anger', 'disgust']);
  labels.undo();
  await team.merge({ ...source, prefer: 'newer', choices: { [key]: 'ours' } });
  expect(labelsOf(here.store, here.ids)).toEqual(['disgust', 'anger']);
  labels.undo();
  await team.merge({ ...source, prefer: 'theirs', choices: {} });
  expect(labelsOf(here.store, here.ids)).toEqual(['anger', 'anger']);
  await expect(team.merge({ ...source, prefer: 'theirs', choices: {} })).rejects.toThrow(/nothing to bring/);
});

it('says what cannot be merged', async () => {
  const [here, there] = [project('ab'), project('cd')];
  const { team } = teamOf(here.store);
  await expect(team.planMerge({ dataset: here.dataset, project: here.store.folder })).rejects.toThrow(/is open/);
  await expect(team.planMerge(ours(here.dataset, there))).rejects.toThrow(/No picture of that project/);
  await expect(team.planMerge({ ...ours(here.dataset, there), from: 'x' })).rejects.toThrow(/no dataset “x”/);
  await expect(team.planMerge({ dataset: here.dataset, project: '/nowhere/at/all' })).rejects.toThrow();
});
