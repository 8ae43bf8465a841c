import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../../src-main/services/store/store.ts';
import { addDataset, newImage, temporaryFolder, temporaryStore } from './fixture.ts';

it('a write-ahead log that was deleted while the project was closed: nothing is lost after a close, and after a crash it opens whole', () => {
  const store = temporaryStore();
  const { ids } = addDataset(store, 'd', [newImage('a.png', 'sad')]);
  // As a crash leaves it: the log beside the database; then somebody deletes the log.
  const crashed = join(temporaryFolder(), 'crashed');
  mkdirSync(crashed);
  const wal = join(store.folder, 'project.sqlite-wal');
  expect(existsSync(wal)).toBe(true);
  cpSync(store.folder, crashed, { recursive: true });
  rmSync(join(crashed, 'project.sqlite-wal'));
  rmSync(join(crashed, 'project.sqlite-shm'), { force: true });
  try {
    const opened = openStore(crashed);
    // What stood in the log only has gone; what there is can be read and written.
    expect(opened.datasets.list().length).toBeLessThanOrEqual(1);
    addDataset(opened, 'more', [newImage('b.png', 'sad')]);
    expect(opened.datasets.byName('more')).not.toBeNull();
    opened.close();
  } catch (thrown) {
    // A database whose very schema stood in the log is none: it is said in a sentence, and nothing is written.
    expect(thrown).toMatchObject({
      failure: { kind: expect.stringMatching(/unreadable|invalid|not-found|unsupported/) as string },
    });
  }
  store.labels.apply(ids, { kind: 'flag', flagged: true }, 'me');
  store.close();
  expect(existsSync(wal)).toBe(false);
  const again = openStore(store.folder);
  expect(again.images.rows(ids, null)[0]).toMatchObject({ flagged: true });
  again.close();
});
