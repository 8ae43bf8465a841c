import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { ImageQuery } from '../../../src-shared/domain/image.ts';
import { Gallery } from '../../../src-main/services/images/gallery.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { Workspace } from '../../../src-main/services/projects/workspace.ts';
import { addDataset, newImage, temporaryFolder } from '../store/fixture.ts';

async function setUp(): Promise<{
  base: string;
  workspace: Workspace;
  gallery: Gallery;
  ids: number[];
  query: ImageQuery;
}> {
  const base = temporaryFolder();
  const queries = new Queries();
  const workspace = new Workspace({
    home: join(base, 'home'),
    door: 'cli',
    emit: () => undefined,
    beforeClose: () => queries.release(),
  });
  onTestFinished(async () => {
    await workspace.close();
    await queries.close();
  });
  await workspace.create(join(base, 'p'), 'P');
  const images = Array.from({ length: 50 }, (_, index) => newImage(`${index}.png`, index % 2 ? 'sad' : 'happy'));
  const { dataset, ids } = addDataset(workspace.require().store, 'd', images);
  const query: ImageQuery = { dataset, run: null, q: '', sort: 'id', descending: false };
  return { base, workspace, gallery: new Gallery(workspace, queries), ids, query };
}

function kindOf(body: () => unknown): string {
  try {
    body();
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.failure.kind;
    throw thrown;
  }
  return 'nothing thrown';
}

describe('Gallery', () => {
  it('pages through a snapshot', async () => {
    const { gallery, ids, query } = await setUp();
    const { snapshot, total } = await gallery.open({ ...query, descending: true });
    expect(total).toBe(50);
    const backwards = ids.toReversed();
    expect(gallery.page({ snapshot, offset: 10, limit: 5 }).map((row) => row.id)).toEqual(backwards.slice(10, 15));
    expect(gallery.page({ snapshot, offset: 48, limit: 5 })).toHaveLength(2);
    expect(gallery.page({ snapshot, offset: 99, limit: 5 })).toEqual([]);
    expect(gallery.locate({ snapshot, image: backwards[7] ?? 0 })).toBe(7);
    expect(gallery.locate({ snapshot, image: 9_999 })).toBe(-1);
  });

  it('does not move tiles when labels change', async () => {
    const { gallery, workspace, ids, query } = await setUp();
    const { snapshot } = await gallery.open({ ...query, q: 'label:sad' });
    const before = gallery.page({ snapshot, offset: 0, limit: 50 });
    workspace.require().store.labels.apply(ids, { kind: 'hard', label: 'fear' }, 'me');
    const after = gallery.page({ snapshot, offset: 0, limit: 50 });
    expect(after.map((row) => row.id)).toEqual(before.map((row) => row.id));
    expect(after.every((row) => row.label === 'fear')).toBe(true);
    expect((await gallery.open({ ...query, q: 'label:sad' })).total).toBe(0);
  });

  it('gives the images of a selection, exceptions left out', async () => {
    const { gallery, ids, query } = await setUp();
    const { snapshot } = await gallery.open(query);
    expect([...gallery.idsOf({ snapshot, except: ids.slice(1, 49) })]).toEqual([ids[0], ids[49]]);
    expect([...gallery.idsOf({ snapshot, except: [] })]).toEqual(ids);
    expect([...gallery.idsOf({ images: [3, 1] })]).toEqual([3, 1]);
  });

  it('keeps the eight snapshots used last', async () => {
    const { gallery, query } = await setUp();
    const first = (await gallery.open(query)).snapshot;
    const second = (await gallery.open(query)).snapshot;
    for (let i = 0; i < 6; i++) await gallery.open(query);
    gallery.page({ snapshot: first, offset: 0, limit: 1 });
    await gallery.open(query);
    expect(kindOf(() => gallery.page({ snapshot: second, offset: 0, limit: 1 }))).toBe('gone');
    expect(gallery.page({ snapshot: first, offset: 0, limit: 1 })).toHaveLength(1);
  });

  it('drops snapshots with their project', async () => {
    const { base, gallery, workspace, query } = await setUp();
    const { snapshot } = await gallery.open(query);
    await workspace.close();
    expect(kindOf(() => gallery.page({ snapshot, offset: 0, limit: 1 }))).toBe('conflict');
    await workspace.open(join(base, 'p'));
    expect(kindOf(() => gallery.page({ snapshot, offset: 0, limit: 1 }))).toBe('gone');
    expect(kindOf(() => gallery.idsOf({ snapshot, except: [] }))).toBe('gone');
  });

  it('says what it does not know', async () => {
    const { gallery, query } = await setUp();
    await expect(gallery.open({ ...query, dataset: 99 })).rejects.toMatchObject({ failure: { kind: 'not-found' } });
    expect(kindOf(() => void gallery.facets({ dataset: 99, run: null, q: '' }))).toBe('not-found');
    expect(kindOf(() => gallery.get({ image: 9_999, run: null }))).toBe('not-found');
    await expect(gallery.open({ ...query, q: 'label:grumpy' })).rejects.toMatchObject({ failure: { kind: 'invalid' } });
    expect(gallery.rows({ images: [9_999], run: null })).toEqual([]);
  });
});
