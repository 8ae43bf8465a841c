import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ImageDetail } from '../../../src-shared/domain/image.ts';
import { Locator } from '../../../src-main/services/datasets/locate.ts';
import { picture, plant } from './images.ts';
import { openProject } from './project.ts';
import type { TestProject } from './project.ts';

/** Imports a folder and gives each image's facts by path, with the report. */
async function importFolder(project: TestProject, root: string) {
  const { report } = await project.import({ source: root, format: 'folders', name: 'x' });
  const { images } = project.workspace.require().store;
  const byPath = new Map<string, ImageDetail>();
  for (const id of images.ids({ dataset: report.dataset, run: null, q: '', sort: 'id', descending: false })) {
    const detail = images.detail(id, null);
    if (detail !== null) byPath.set(detail.row.path, detail);
  }
  return { report, byPath };
}

const raw = (width: number, height: number, channels: 1 | 3 | 4): Sharp =>
  sharp(Buffer.alloc(width * height * channels, 90), { raw: { width, height, channels } });

describe('files of every kind in a folder', () => {
  it.skipIf(process.platform === 'win32')(
    'does not wait for a pipe and does not enter a folder named .jpg as a file',
    async () => {
      await using project = await openProject();
      const root = plant(project.source(), {
        'happy/a.jpg': await picture(1),
        'happy/b.jpg/inner.jpg': await picture(2),
      });
      execFileSync('mkfifo', [join(root, 'happy/pipe.jpg')]);
      const { report, byPath } = await importFolder(project, root);
      expect(report).toMatchObject({ images: 3, broken: 1 });
      expect(byPath.get('happy/pipe.jpg')?.row.reason).toBe('This is a pipe or device, not a file.');
      expect(byPath.get('happy/b.jpg/inner.jpg')?.row).toMatchObject({ status: 'ok', label: 'happy' });
    },
  );

  it('says of each unreadable file why', async () => {
    await using project = await openProject();
    const root = plant(project.source(), {
      'sad/zero.jpg': '',
      'sad/page.jpg': '<html></html>',
      'sad/drawing.jpg': '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      'sad/half.png': (await picture(3, 'png', 64)).subarray(0, 900),
      'sad/tail.jpg': (await picture(3, 'jpeg', 64)).subarray(0, -30),
    });
    const { report, byPath } = await importFolder(project, root);
    expect(report).toMatchObject({ images: 5, broken: 5, classes: { sad: 5 } });
    const reason = (name: string): string | null | undefined => byPath.get(`sad/${name}`)?.row.reason;
    expect(reason('zero.jpg')).toBe('The file is empty.');
    expect(reason('page.jpg')).toMatch(/no image of a known format/);
    expect(reason('drawing.jpg')).toMatch(/no image of a known format/);
    expect(reason('half.png')).toMatch(/^The file ends early/);
    expect(reason('tail.jpg')).toMatch(/^The file ends early/);
    // What could be found out is kept.
    expect(byPath.get('sad/tail.jpg')).toMatchObject({ width: 64, height: 64 });
    expect(byPath.get('sad/tail.jpg')?.contentHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('reads 16 bit, CMYK, grey, alpha, TIFF, turned and misnamed images', async () => {
    await using project = await openProject();
    const deep = sharp(new Uint16Array(40 * 30 * 3).fill(30_000), { raw: { width: 40, height: 30, channels: 3 } });
    const root = plant(project.source(), {
      'fear/deep.png': await deep.toColourspace('rgb16').png().toBuffer(),
      'fear/cmyk.jpg': await raw(40, 30, 3).toColourspace('cmyk').jpeg().toBuffer(),
      'fear/grey.jpg': await raw(40, 30, 1).jpeg().toBuffer(),
      'fear/alpha.png': await raw(40, 30, 4).png().toBuffer(),
      'fear/scan.tiff': await raw(40, 30, 3).tiff().toBuffer(),
      'fear/turned.jpg': await raw(40, 30, 3).withMetadata({ orientation: 8 }).jpeg().toBuffer(),
      'fear/really-a-png.jpg': await picture(5, 'png'),
      'fear/SHOUTED.JPEG': await picture(6),
    });
    const { report, byPath } = await importFolder(project, root);
    expect(report).toMatchObject({ images: 8, broken: 0 });
    expect(byPath.get('fear/turned.jpg')).toMatchObject({ width: 30, height: 40 });
    expect(byPath.get('fear/deep.png')).toMatchObject({ width: 40, height: 30 });
  });

  it('keeps names as they stand on disk: line break, emoji, quotes, NFC and NFD, 250 bytes', async () => {
    await using project = await openProject();
    const names = [
      'two\nlines.jpg',
      'smile-😀.jpg',
      `"it's",=1+1.jpg`,
      'caf\u00e9.jpg',
      'cafe\u0301.jpg',
      `${'n'.repeat(246)}.jpg`,
      'line\u2028mark.jpg',
    ];
    const files: Record<string, Buffer> = {};
    for (const [index, name] of names.entries()) files[`anger/${name}`] = await picture(index);
    const root = plant(project.source(), files);
    const { report, byPath } = await importFolder(project, root);
    expect(report).toMatchObject({ images: names.length, broken: 0 });
    expect([...byPath.keys()].sort()).toEqual(names.map((name) => `anger/${name}`).sort());
    const { images } = project.workspace.require().store;
    for (const [path, detail] of byPath) expect(images.file(detail.row.id)?.file).toBe(join(root, path));
  });

  it.skipIf(process.platform === 'win32')('follows no link out of the folder and none in a circle', async () => {
    await using project = await openProject();
    const outside = plant(project.source(), { 'secret.jpg': await picture(9), 'more/x.jpg': await picture(10) });
    const root = plant(project.source(), { 'happy/a.jpg': await picture(1) });
    symlinkSync(join(outside, 'secret.jpg'), join(root, 'happy/leak.jpg'));
    symlinkSync(join(outside, 'more'), join(root, 'sad'));
    symlinkSync('..', join(root, 'happy/up'));
    symlinkSync('loop.jpg', join(root, 'happy/loop.jpg'));
    symlinkSync('nowhere.jpg', join(root, 'happy/dangling.jpg'));
    symlinkSync('a.jpg', join(root, 'happy/inside.jpg'));
    const { report, byPath } = await importFolder(project, root);
    expect([...byPath].map(([path, { row }]) => [path, row.status])).toEqual([
      ['happy/a.jpg', 'ok'],
      ['happy/dangling.jpg', 'broken'],
      ['happy/inside.jpg', 'ok'],
      ['happy/loop.jpg', 'broken'],
    ]);
    expect(report.problems.filter(({ kind }) => kind === 'outside').map(({ path }) => path)).toEqual([
      'happy/leak.jpg',
      'happy/up',
      'sad',
    ]);
  });
});

describe('Locator', () => {
  it('reaches nothing outside its root, whatever the path', async () => {
    await using project = await openProject();
    const parent = plant(project.source(), { 'secret.jpg': 'x', 'root/in.jpg': 'x', 'root-twin/a.jpg': 'x' });
    const root = join(parent, 'root');
    if (process.platform !== 'win32') symlinkSync(parent, join(root, 'link'));
    const locator = new Locator(root);
    for (const path of [
      '../secret.jpg',
      '..\\secret.jpg',
      'a/../../secret.jpg',
      './/..//secret.jpg',
      '../root-twin/a.jpg',
      join(parent, 'secret.jpg'),
      'link/secret.jpg',
      '/etc/passwd',
      'in.jpg\0.png',
      '..',
    ]) {
      const location = await locator.locate(path);
      expect(['outside', 'missing'], path).toContain(location.problem?.kind);
    }
    expect(await locator.locate(join(root, 'in.jpg'))).toMatchObject({ path: 'in.jpg', problem: null });
    expect(await locator.locate('x/../in.jpg')).toMatchObject({ path: 'in.jpg', problem: null });
  });

  it('finds names written by other systems, and gives them as they stand on disk', async () => {
    await using project = await openProject();
    const root = plant(project.source(), { 'sub/caf\u00e9.jpg': 'x', '=1.jpg': 'x' });
    const locator = new Locator(root);
    expect(await locator.locate('sub\\cafe\u0301.jpg')).toMatchObject({ path: 'sub/caf\u00e9.jpg', problem: null });
    expect(await locator.locate("'=1.jpg")).toMatchObject({ path: '=1.jpg', problem: null });
  });

  it('explains a name that the system cannot hold', async () => {
    await using project = await openProject();
    const located = await new Locator(project.source()).locate(`${'n'.repeat(300)}.jpg`);
    expect(located.problem).toMatchObject({ kind: 'unreadable', reason: 'The name is longer than the system allows.' });
  });
});

describe('a preview', () => {
  it('counts all rows, samples 12 a class, and names what is unknown, missing and unreadable', async () => {
    await using project = await openProject();
    const root = project.source();
    mkdirSync(join(root, 'pics'));
    const lines = ['file;emotion;usage'];
    for (let i = 0; i < 30; i++) {
      writeFileSync(join(root, `pics/${i}.jpg`), await picture(i));
      lines.push(`${i}.jpg;${i < 20 ? 'Happiness' : '6'};${i % 2 === 0 ? 'Training' : 'PublicTest'}`);
    }
    writeFileSync(join(root, 'pics/bad.jpg'), 'no image');
    lines.push('bad.jpg;sad;Training', 'gone.jpg;sad;Training');
    writeFileSync(join(root, 'set.csv'), `\ufeff${lines.join('\n')}`);
    const [candidate, ...others] = await project.datasets.detect(root);
    expect(candidate).toMatchObject({
      format: 'csv',
      path: join(root, 'set.csv'),
      mapping: { path: 'file', label: 'emotion', split: 'usage' },
      reason:
        'set.csv is a table separated by semicolons with 3 columns: “file” names images and “emotion” labels; ' +
        '20 of the first 20 images are found in pics.',
    });
    expect(others.map(({ format }) => format)).toEqual(['folders']);
    const preview = await project.datasets.preview({ source: root, format: 'auto' });
    expect(preview).toMatchObject({
      rows: 32,
      splits: { train: 17, val: 15 },
      problemCount: 3,
      problems: [
        { path: 'pics/gone.jpg', kind: 'missing' },
        { kind: 'unknown-label', reason: 'The class “6” is not known: 10 images stay unlabelled.' },
        { path: 'pics/bad.jpg', kind: 'unreadable' },
      ],
    });
    expect(
      preview.classes.map(({ raw: name, count, expression, samples }) => [name, count, expression, samples.length]),
    ).toEqual([
      ['Happiness', 20, 'happy', 12],
      ['6', 10, null, 10],
      ['sad', 2, 'sad', 0],
    ]);
    expect(preview.head[0]).toEqual({ file: '0.jpg', emotion: 'Happiness', usage: 'Training' });
    const index = preview.classes[1]?.samples[3] ?? -1;
    const thumbnail = await project.datasets.previewImage(preview.preview, index);
    expect((await sharp(thumbnail?.bytes).metadata()).format).toBe('webp');
    expect(await project.datasets.previewImage(preview.preview, 999)).toBeNull();
    expect(await project.datasets.previewImage('nothing', 0)).toBeNull();
    // Nothing was written.
    expect(project.datasets.list()).toEqual([]);
  });

  it('stops at a column that cannot be labels', async () => {
    await using project = await openProject();
    const rows = Array.from(
      { length: 1_200 },
      (_, i) => `${i}.jpg,name ${String.fromCharCode(97 + (i % 26)).repeat(i)}`,
    );
    const root = plant(project.source(), { 'x.csv': `path,label\n${rows.join('\n')}` });
    await expect(project.datasets.preview({ source: root, format: 'csv' })).rejects.toMatchObject({
      failure: { kind: 'invalid', message: 'The source has more than 1,000 different class names.' },
    });
  });
});
