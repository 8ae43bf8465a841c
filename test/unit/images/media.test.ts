import {
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { media as urls, THUMBNAIL_SIZES } from '../../../src-shared/contract/media.ts';
import { Media, parseMediaPath } from '../../../src-main/services/images/media.ts';
import { picture, plant } from '../datasets/images.ts';
import { openProject } from '../datasets/project.ts';
import type { TestProject } from '../datasets/project.ts';

let project: TestProject;
let media: Media;
let root: string;
/** Ids by path. */
const ids = new Map<string, number>();
const id = (path: string): number => ids.get(path) ?? -1;

beforeAll(async () => {
  project = await openProject();
  const wide = sharp(Buffer.alloc(600 * 300 * 3, 120), { raw: { width: 600, height: 300, channels: 3 } });
  root = plant(project.source(), {
    'happy/a.jpg': await picture(1, 'jpeg', 300),
    'happy/copy.jpg': await picture(1, 'jpeg', 300),
    'happy/scan.tiff': await picture(2, 'tiff'),
    'happy/png-inside.jpg': await picture(3, 'png'),
    'happy/turned.jpg': await wide.withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    'happy/broken.jpg': 'no image',
    'happy/later-a-link.jpg': await picture(4),
    'happy/later-gone.jpg': await picture(5),
    'happy/later-text.jpg': await picture(6),
    'happy/later-excluded.jpg': await picture(7),
  });
  const { report } = await project.import({ source: root, format: 'folders', name: 'x' });
  const { images } = project.workspace.require().store;
  const all = images.ids({ dataset: report.dataset, run: null, q: '', sort: 'id', descending: false });
  for (const row of images.rows([...all], null)) ids.set(row.path.replace('happy/', ''), row.id);
  media = new Media(project.workspace, project.datasets);
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
});

const get = (path: string) => media.get(path);

describe('thumbnails', () => {
  it('are WebP whose shorter side has the size asked for, upright, never enlarged', async () => {
    for (const size of THUMBNAIL_SIZES) {
      const answer = await get(urls.thumbnail(id('a.jpg'), size));
      expect(answer?.type).toBe('image/webp');
      expect(await sharp(answer?.body).metadata()).toMatchObject({ format: 'webp', width: Math.min(size, 300) });
    }
    const turned = await get(urls.thumbnail(id('turned.jpg'), 96));
    expect(await sharp(turned?.body).metadata()).toMatchObject({ width: 96, height: 192 });
  });

  it('are made once for equal content and kept in the cache', async () => {
    const first = await get(urls.thumbnail(id('a.jpg'), 96));
    const twin = await get(urls.thumbnail(id('copy.jpg'), 96));
    expect(twin?.etag).toBe(first?.etag);
    const hash = first?.etag.slice(1, 65) ?? '';
    const kept = join(
      project.workspace.require().store.folder,
      'cache/thumbnails',
      hash.slice(0, 2),
      `${hash}-96.webp`,
    );
    expect(readFileSync(kept).equals(first?.body ?? Buffer.alloc(0))).toBe(true);
    const old = new Date(2020, 1, 1);
    utimesSync(kept, old, old);
    await get(urls.thumbnail(id('a.jpg'), 96));
    expect(statSync(kept).mtime).toEqual(old);
    // An empty file is no thumbnail: a crash may have left it.
    writeFileSync(kept, '');
    expect((await get(urls.thumbnail(id('a.jpg'), 96)))?.body.length).toBeGreaterThan(100);
    expect(readdirSync(join(kept, '..')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('share the work when many ask at once, and survive a cache that cannot be written', async () => {
    const { folder } = project.workspace.require().store;
    rmSync(join(folder, 'cache'), { recursive: true });
    writeFileSync(join(folder, 'cache'), 'a file where the folder should be');
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(urls.thumbnail(id('a.jpg'), 192))));
    // One work, one result: the same buffer.
    expect(new Set(answers.map((answer) => answer?.body)).size).toBe(1);
    expect(answers[0]?.body.length).toBeGreaterThan(100);
    rmSync(join(folder, 'cache'));
  });
});

describe('whole images', () => {
  it('go out as they are where a browser can show them, typed by content', async () => {
    const answer = await get(urls.image(id('a.jpg')));
    expect(answer?.type).toBe('image/jpeg');
    expect(answer?.body.equals(readFileSync(join(root, 'happy/a.jpg')))).toBe(true);
    expect((await get(urls.image(id('png-inside.jpg'))))?.type).toBe('image/png');
  });

  it('are converted where not', async () => {
    const answer = await get(urls.image(id('scan.tiff')));
    expect(answer?.type).toBe('image/jpeg');
    expect(await sharp(answer?.body).metadata()).toMatchObject({ format: 'jpeg', width: 24, height: 24 });
  });

  it('are still shown when a person excluded them', async () => {
    project.workspace
      .require()
      .store.labels.apply([id('later-excluded.jpg')], { kind: 'exclude', excluded: true }, 'test');
    expect(await get(urls.image(id('later-excluded.jpg')))).not.toBeNull();
  });
});

describe('what is not served', () => {
  it('broken and unknown images', async () => {
    expect(await get(urls.thumbnail(id('broken.jpg'), 96))).toBeNull();
    expect(await get(urls.image(id('broken.jpg')))).toBeNull();
    expect(await get(urls.image(999_999))).toBeNull();
  });

  it.skipIf(process.platform === 'win32')('files that became a link out of the folder, text, or nothing', async () => {
    const secret = join(plant(project.source(), { 'secret.jpg': await picture(8) }), 'secret.jpg');
    rmSync(join(root, 'happy/later-a-link.jpg'));
    symlinkSync(secret, join(root, 'happy/later-a-link.jpg'));
    writeFileSync(join(root, 'happy/later-text.jpg'), 'root:x:0:0');
    renameSync(join(root, 'happy/later-gone.jpg'), join(root, 'gone.jpg'));
    for (const name of ['later-a-link.jpg', 'later-text.jpg', 'later-gone.jpg']) {
      expect(await get(urls.image(id(name))), name).toBeNull();
      expect(await get(urls.thumbnail(id(name), 384)), name).toBeNull();
    }
  });

  it('anything while no project is open', async () => {
    await using other = await openProject();
    const closed = new Media(other.workspace, other.datasets);
    await other.workspace.close();
    expect(await closed.get(urls.image(1))).toBeNull();
  });

  it('40 hostile paths', async () => {
    const one = id('a.jpg');
    const hostile = [
      '',
      '/',
      'media',
      'media/',
      'media/image',
      'media/image/',
      `//media/image/${one}`,
      `media//image/${one}`,
      `media/image/${one}/`,
      `media/image/${one}/..`,
      `media/image/../image/${one}`,
      `media/image/%2e%2e/${one}`,
      `media/image/..%2f..%2fetc%2fpasswd`,
      `media/image/..%5c..%5csecret.jpg`,
      'media/image/..\\..\\secret.jpg',
      'media/image/../../../../etc/passwd',
      'media/image/happy/a.jpg',
      `media/image/${join(root, 'happy/a.jpg')}`,
      `media/image/file://${root}/happy/a.jpg`,
      `media/image/${one}\0`,
      `media/image/${one}%00`,
      `media/image/${one}\n`,
      `media/image/${one}?size=1`,
      `media/image/${one}#x`,
      `media/image/0${one}`,
      `media/image/+${one}`,
      `media/image/-${one}`,
      `media/image/${one}.0`,
      `media/image/${one}e0`,
      'media/image/0',
      'media/image/0x1',
      'media/image/NaN',
      'media/image/٣',
      'media/image/99999999999999999999',
      `MEDIA/IMAGE/${one}`,
      `media/thumbnail/${one}/95`,
      `media/thumbnail/${one}/96.0`,
      `media/thumbnail/${one}/../96`,
      `media/thumbnail/${one}/96/../../../secret`,
      'media/preview/../image/1',
      'media/preview/00000000-0000-0000-0000-000000000000/-1',
      'media/preview/00000000-0000-0000-0000-000000000000/0',
      'media/preview/__proto__/0',
    ];
    expect(hostile.length).toBeGreaterThanOrEqual(40);
    for (const path of hostile) expect(await get(path), JSON.stringify(path)).toBeNull();
  });
});

describe('parseMediaPath', () => {
  it('reads what the contract writes', () => {
    const preview = '1c0ffee1-0000-4000-8000-0123456789ab';
    expect(parseMediaPath(urls.thumbnail(12, 384))).toEqual({ kind: 'thumbnail', image: 12, size: 384 });
    expect(parseMediaPath(`/${urls.image(7)}`)).toEqual({ kind: 'image', image: 7 });
    expect(parseMediaPath(urls.preview(preview, 0))).toEqual({ kind: 'preview', preview, index: 0 });
  });

  it('serves a preview', async () => {
    const preview = await project.datasets.preview({ source: root, format: 'folders' });
    const answer = await get(urls.preview(preview.preview, preview.classes[0]?.samples[0] ?? -1));
    expect(answer?.type).toBe('image/webp');
  });
});
