import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Api } from './api.ts';
import { sampleCheckpoint, writeForeign } from './foreign.ts';
import { browserSuite, useWorkbench } from './open-workbench.ts';

const PATIENCE = { timeout: 30_000 };

browserSuite('the inspector in a browser', () => {
  let home: string;
  let api: Api;
  let page: Page;
  useWorkbench({}, async (opened) => {
    ({ home, api, page } = opened);
    await page.locator('.tile[data-index="0"]').click();
  });

  const map = () => page.locator('.inspector [data-testid=cam]').first();
  const painted = () =>
    map()
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

  it('shows Grad-CAM and its kin, by key and from a menu that tells what each is', async () => {
    await page.keyboard.press('h');
    await map().waitFor(PATIENCE);
    const seen = [await painted()];
    for (const title of ['Grad-CAM++ for', 'HiResCAM for', 'Uncertainty of']) {
      await page.keyboard.press('w');
      await expect.poll(() => map().getAttribute('aria-label'), PATIENCE).toMatch(title);
      await expect.poll(async () => seen.includes(await painted()), PATIENCE).toBe(false);
      seen.push(await painted());
    }
    await page.locator('.inspector').getByRole('button', { name: 'Kind of map' }).click();
    const items = page.getByRole('menuitem');
    expect(await items.allInnerTexts()).toEqual([
      expect.stringMatching(/^Grad-CAM\s+What speaks for the class/),
      expect.stringMatching(/^Grad-CAM\+\+/),
      expect.stringMatching(/^HiResCAM/),
      expect.stringMatching(/^Uncertainty\s+What makes it unsure/),
    ]);
    await items.first().click();
    await expect.poll(painted, PATIENCE).toBe(seen[0]);
  });

  it('gives the maps that it shows to other programs too', async () => {
    const [run] = await api.get('runs.list', {});
    const image = Number(await page.locator('.tile.current').getAttribute('data-image'));
    const found = await api.get('runs.explain', { run: run?.id ?? 0, image, method: 'hirescam' });
    expect(found.method).toBe('hirescam');
    expect(Math.max(...found.cams)).toBe(1);
  });

  it('tells how much of the map lies on each region, and outlines it', async () => {
    const inspector = page.locator('.inspector');
    await page.locator('.tile.current').press('r');
    const list = inspector.getByRole('list', { name: 'Share of the map by region' });
    await list.waitFor(PATIENCE);
    const shares = await list
      .locator('[data-share]')
      .evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-share'))));
    expect(shares).toHaveLength(7);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(await inspector.locator('[data-testid=regions] path').count()).toBeGreaterThan(5);
    await list.getByRole('button', { name: /^Mouth/ }).focus();
    await inspector.locator('path.chosen[data-region-name=mouth]').first().waitFor();
    await page.locator('.tile.current').press('r');
    await expect.poll(() => list.count()).toBe(0);
  });

  it('writes the figure of the image as SVG and as PNG', async () => {
    const write = async (name: RegExp): Promise<Buffer> => {
      await page.locator('.inspector').getByRole('button', { name: 'Export a figure of this image' }).click();
      const download = page.waitForEvent('download', PATIENCE);
      await page.getByRole('menuitem', { name }).click();
      return readFileSync(await (await download).path());
    };
    const svg = (await write(/^Face, map and VICH curves: SVG/)).toString();
    const shape = await page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      return { root: parsed.documentElement.tagName, pictures: parsed.querySelectorAll('image').length };
    }, svg);
    expect(shape).toEqual({ root: 'svg', pictures: 3 });
    const png = await write(/^Error analysis, four panels: PNG/);
    // The header's width and height: twice the figure's.
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1952, 616]);
    expect(png.length).toBeGreaterThan(100_000);
  });

  it('finds the nearest images once their features are there, and opens them past any filter', async () => {
    const inspector = page.locator('.inspector');
    await page.locator('.tile.current').press('s');
    await inspector.getByRole('button', { name: /^Compute features of 600 images/ }).click(PATIENCE);
    const list = inspector.getByRole('list', { name: 'Nearest images' });
    await list.waitFor({ timeout: 120_000 });
    expect(await list.getByRole('button').count()).toBe(12);
    const image = Number(await page.locator('.tile.current').getAttribute('data-image'));
    const run = (await api.get('runs.list', {}))[0]?.id ?? 0;
    const asked = { image, run, limit: 12 };
    await expect.poll(async () => (await api.get('images.similar', asked)).missing, { timeout: 120_000 }).toBe(0);
    const { neighbours } = await api.get('images.similar', asked);
    const cosines = (neighbours ?? []).map(({ similarity }) => similarity);
    expect(cosines).toEqual(cosines.toSorted((a, b) => b - a));
    await list.getByRole('button').nth(2).click();
    const wanted = String(neighbours?.[2]?.row.id);
    await expect.poll(() => page.locator('.tile.current').getAttribute('data-image'), PATIENCE).toBe(wanted);
    await page.locator('.tile.current').press('s');
  });

  it('zooms and pans the large view by keys, wheel and pointer, and shows pixels 1:1', async () => {
    await page.locator('.tile.current').press('Enter');
    const stage = page.getByRole('group', { name: 'Picture' });
    const picture = stage.locator('.picture');
    const scale = async () => Number(await picture.getAttribute('data-scale'));
    await expect.poll(scale, PATIENCE).toBeGreaterThan(0);
    const fitted = await scale();
    await page.keyboard.press('z');
    await expect.poll(scale).toBe(1);
    await page.keyboard.press('z');
    await expect.poll(scale).toBeCloseTo(fitted, 6);
    for (let press = 0; press < 6; press++) await page.keyboard.press('+');
    await expect.poll(scale).toBeCloseTo(fitted * 1.25 ** 6, 4);
    const left = async () => (await picture.boundingBox())?.x ?? NaN;
    const before = await left();
    await page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(left).toBeCloseTo(before + 48, 0);
    const box = await stage.boundingBox();
    if (box === null) throw new Error('There is no stage.');
    await page.mouse.move(box.x + 300, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x + 270, box.y + 200, { steps: 3 });
    await page.mouse.up();
    await expect.poll(left).toBeCloseTo(before + 18, 0);
    await page.mouse.wheel(0, 2_000);
    await expect.poll(scale).toBeCloseTo(fitted, 4);
  });

  it('shows the four panels of the error view, and two runs side by side', async () => {
    const stage = page.getByRole('group', { name: 'Picture' });
    await page.keyboard.press('e');
    const captions = stage.locator('figcaption');
    await expect
      .poll(() => captions.allInnerTexts(), PATIENCE)
      .toEqual([
        expect.stringMatching(/^Label: /),
        expect.stringMatching(/^Prediction: \w+\s+p 0\.\d\d/),
        expect.stringMatching(/^Input, 224 × 224/),
        expect.stringMatching(/^Original/),
      ]);
    await expect.poll(() => stage.locator('[data-testid=cam]').count(), PATIENCE).toBe(2);
    // As large as the picture's own: a square each.
    const shapes = await stage
      .locator('figure .img')
      .evaluateAll((all) => all.map((one) => one.clientWidth / one.clientHeight));
    for (const shape of shapes) expect(shape).toBeCloseTo(1, 2);
    await page.keyboard.press('b');
    await stage.getByText('There is no other run to compare with.').waitFor(PATIENCE);
    const file = join(home, 'second.safetensors');
    writeForeign(sampleCheckpoint, file);
    const order = (await api.get('runs.list', {}))[0]?.classes ?? [];
    await api.get('models.import', { path: file, order: [...order], name: 'Second' });
    await expect
      .poll(() => captions.allInnerTexts(), PATIENCE)
      .toContainEqual(expect.stringMatching(/^Baseline Second: /));
    await expect.poll(() => stage.locator('[data-testid=cam]').count(), PATIENCE).toBeGreaterThan(1);
    await page.keyboard.press('b');
  });
});
