import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFolder } from '../../../src-main/services/files/browse.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'browse-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('listFolder', () => {
  it('puts folders first, sorts numbers as numbers, names kinds and leaves hidden entries out', async () => {
    const here = join(folder, 'mixed');
    mkdirSync(here);
    for (const name of ['zebra', 'apples.jpg']) mkdirSync(join(here, name));
    for (const name of ['img10.JPG', 'img2.png', 'labels.tsv', 'best.safetensors', 'notes.txt', '.hidden'])
      writeFileSync(join(here, name), '');
    if (process.platform !== 'win32') symlinkSync(join(here, 'zebra'), join(here, 'linked'));
    const listing = await listFolder(here);
    expect(listing).toMatchObject({ path: here, parent: folder, truncated: false });
    const linked = process.platform === 'win32' ? [] : [['linked', 'folder']];
    expect(listing.entries.map(({ name, kind }) => [name, kind])).toEqual([
      ['apples.jpg', 'folder'],
      ['zebra', 'folder'],
      ...linked,
      ['best.safetensors', 'checkpoint'],
      ['img2.png', 'image'],
      ['img10.JPG', 'image'],
      ['labels.tsv', 'table'],
      ['notes.txt', 'other'],
    ]);
    expect(listing.entries[0]?.path).toBe(join(here, 'apples.jpg'));
  });

  it('starts at home, and ends at the root', async () => {
    expect((await listFolder('')).path).toBe(homedir());
    expect((await listFolder(parse(folder).root)).parent).toBeNull();
  });

  it('lists at most 2,000 entries and says so', async () => {
    const here = join(folder, 'many');
    mkdirSync(here);
    for (let i = 0; i < 2_001; i++) writeFileSync(join(here, `${i}.jpg`), '');
    const listing = await listFolder(here);
    expect(listing.entries).toHaveLength(2_000);
    expect(listing.truncated).toBe(true);
  });

  it('says why a folder cannot be listed', async () => {
    writeFileSync(join(folder, 'file.txt'), '');
    await expect(listFolder(join(folder, 'nowhere'))).rejects.toMatchObject({ failure: { kind: 'not-found' } });
    await expect(listFolder(join(folder, 'file.txt'))).rejects.toMatchObject({ failure: { kind: 'invalid' } });
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'refuses a folder without permission (skipped as root, who may read anywhere, and on Windows)',
    async () => {
      const here = join(folder, 'locked');
      mkdirSync(here);
      chmodSync(here, 0);
      await expect(listFolder(here)).rejects.toMatchObject({
        failure: { kind: 'forbidden', message: `The folder ${here} cannot be listed. No permission to read it.` },
      });
      expect(dirname(here)).toBe(folder);
    },
  );
});
