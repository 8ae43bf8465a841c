import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createStore, openStore } from '../../../src-main/services/store/store.ts';
import { addDataset, newImage, temporaryFolder } from './fixture.ts';

it('a write-ahead log that was deleted while the project was closed: nothing is lost after a close; after a crash it opens as it was before', () => {
  const folder = temporaryFolder();
  const first = createStore(folder, 'Test');
  const { ids } = addDataset(first, 'before', [newImage('a.png', 'sad')]);
  first.close();
  const wal = join(folder, 'project.sqlite-wal');
  // A close leaves no log that could be lost.
  expect(existsSync(wal)).toBe(false);

  const store = openStore(folder);
  addDataset(store, 'in the log', [newImage('b.png', 'sad')]);
  expect(existsSync(wal)).toBe(true);
  // As a crash leaves it, the log beside the database; then somebody deletes the log.
  const crashed = join(temporaryFolder(), 'crashed');
  cpSync(folder, crashed, { recursive: true });
  store.close();
  for (const rest of ['wal', 'shm']) rmSync(join(crashed, `project.sqlite-${rest}`), { force: true });
  const opened = openStore(crashed);
  expect(opened.datasets.list().map(({ name }) => name)).toEqual(['before']);
  opened.labels.apply(ids, { kind: 'flag', flagged: true }, 'me');
  opened.close();
  const again = openStore(crashed);
  expect(again.images.rows(ids, null)[0]).toMatchObject({ flagged: true });
  again.close();
});
