import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Api } from './api.ts';
import { browserSuite, type OpenedWorkbench, useWorkbench } from './open-workbench.ts';
import { countedImages, expectTile, focusedTile, openSample } from './page.ts';

browserSuite('workbench in a browser', () => {
  let api: Api;
  let page: Page;
  let go: OpenedWorkbench['go'];
  useWorkbench({ fresh: 'test', sample: false }, (opened) => {
    ({ api, page, go } = opened);
  });

  async function selected(): Promise<{ dataset: number; run: number }> {
    return {
      dataset: (await api.get('datasets.list', {}))[0]?.id ?? -1,
      run: (await api.get('runs.list', {}))[0]?.id ?? -1,
    };
  }

  it('1: a fresh profile reaches the sample’s gallery in at most three actions', async () => {
    // One action: the button. Nothing else is clicked.
    await openSample(page);
    expect(page.url()).toContain('#/gallery');
    expect(await countedImages(page)).toBe(600);
    expect(await page.locator('[role=gridcell]').count()).toBeLessThanOrEqual(400);
    // Sorted by loss: the first tile is the one that the model contradicts most.
    const first = await page.locator('.tile[data-index="0"]').getAttribute('data-image');
    const { dataset, run } = await selected();
    const { snapshot } = await api.get('images.open', { dataset, run, q: '', sort: 'loss', descending: true });
    expect((await api.get('images.page', { snapshot, offset: 0, limit: 1 }))[0]?.id).toBe(Number(first));
  });

  it('2: 3 sets Sad and advances; Ctrl+Z restores label and focus; Ctrl+Shift+Z reapplies', async () => {
    await openSample(page);
    await page.locator('.tile[data-index="2"]').click();
    const before = await focusedTile(page);
    await page.keyboard.press('3');
    await expectTile(page, before.image, /label Sad/);
    expect((await focusedTile(page)).index).toBe(3);
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await focusedTile(page)).image).toBe(before.image);
    await expectTile(page, before.image, new RegExp(/label \w+/.exec(before.name)?.[0] ?? 'never'));
    await page.keyboard.press('Control+Shift+z');
    await expectTile(page, before.image, /label Sad/);
    const stored = () => api.get('images.get', { image: before.image, run: null });
    await expect.poll(async () => (await stored()).history.length, { timeout: 10_000 }).toBe(3);
    expect((await stored()).row).toMatchObject({ label: 'sad', reviewed: true });
  });

  it('4: 3 in the filter box types and labels nothing', async () => {
    await openSample(page);
    await page.locator('.tile[data-index="0"]').click();
    const { image } = await focusedTile(page);
    await page.keyboard.press('/');
    await page.keyboard.type('3');
    await expect.poll(() => page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toContain('3');
    const { history } = await api.get('images.get', { image, run: null });
    expect(history).toEqual([]);
  });

  it('6: the key in the place of 3 labels Sad on an AZERTY keyboard', async () => {
    await openSample(page);
    // One that is not Sad yet.
    await page.locator('.tile:not([aria-label*="label Sad"])').first().click();
    const { image, name } = await focusedTile(page);
    expect(name).not.toMatch(/label Sad/);
    await page.evaluate(() =>
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent('keydown', { code: 'Digit3', key: '"', bubbles: true, cancelable: true }),
      ),
    );
    await expectTile(page, image, /label Sad/);
  });

  it('8: ten selected and 7: ten changes, one undo', async () => {
    await openSample(page);
    await page.locator('.tile[data-index="0"]').click();
    await page.locator('.tile[data-index="9"]').click({ modifiers: ['Shift'] });
    const images = await page
      .locator('.tile[aria-selected="true"]')
      .evaluateAll((tiles) => tiles.map((tile) => Number(tile.getAttribute('data-image'))));
    expect(images).toHaveLength(10);
    const before = await api.get('images.rows', { images, run: null });
    await page.keyboard.press('7');
    for (const image of images) await expectTile(page, image, /label Anger/);
    await page.keyboard.press('Control+z');
    // The page shows before the store answers: the log says when both acts are stored.
    const reversals = async (): Promise<boolean[]> =>
      (await api.get('images.get', { image: images[0]!, run: null })).history.map(({ reversal }) => reversal).sort();
    await expect.poll(reversals, { timeout: 10_000 }).toEqual([false, true]);
    expect(await api.get('images.rows', { images, run: null })).toEqual(before);
    // One step was all there was.
    expect(await api.get('labels.state', {})).toEqual({ canUndo: false, canRedo: true });
  });

  it('10: a click on a cell of the matrix opens exactly its images, with chips', async () => {
    await openSample(page);
    await go('/analysis');
    const cells = page.locator('[data-cell]');
    await cells.first().waitFor();
    const counts = await cells.evaluateAll((all) =>
      all.map((cell) => ({
        cell: cell.getAttribute('data-cell') ?? '',
        count: Number(cell.getAttribute('data-count')),
      })),
    );
    const wrong = counts
      .filter(({ cell }) => cell.split('-')[0] !== cell.split('-')[1])
      .sort((a, b) => b.count - a.count)[0];
    expect(wrong?.count).toBeGreaterThan(0);
    await page.locator(`[data-cell="${wrong?.cell}"]`).click();
    await page.waitForURL(/#\/gallery/);
    await expect.poll(() => countedImages(page)).toBe(wrong?.count);
    const chips = await page.locator('[class*=chip]').allInnerTexts();
    expect(chips.join(' ')).toMatch(/label/);
    expect(chips.join(' ')).toMatch(/pred/);
  });

  it('13 and 14: seven curves peak at mu; the CSV holds the numbers, the SVG parses', async () => {
    await openSample(page);
    await page.locator('.tile[data-index="0"]').click();
    const { image } = await focusedTile(page);
    const { run } = await selected();
    const { prediction } = await api.get('images.get', { image, run });
    if (prediction === null || prediction.logvar === null)
      throw new Error('The sample’s run has no prediction with logvar.');
    const plot = page.locator('svg.vich');
    await plot.waitFor();
    const curves = await plot.evaluate((svg) => {
      const [x0, x1] = [Number(svg.getAttribute('data-x0')), Number(svg.getAttribute('data-x1'))];
      const axis = svg.querySelector('line.ax');
      const [left, right] = [Number(axis?.getAttribute('x1')), Number(axis?.getAttribute('x2'))];
      return [...svg.querySelectorAll('g.curve')].map((curve) => {
        // The highest point of the drawn line, against where mu stands on the drawn axis.
        const line = curve.querySelector<SVGPathElement>('path.line');
        let top = { x: NaN, y: Infinity };
        const length = line?.getTotalLength() ?? 0;
        for (let at = 0; at <= length; at += 0.25) {
          const point = line!.getPointAtLength(at);
          if (point.y < top.y) top = { x: point.x, y: point.y };
        }
        const mu = Number(curve.getAttribute('data-mu'));
        const dots = [...curve.querySelectorAll<SVGGraphicsElement>('.dot')];
        const dot = dots[0]!.getBoundingClientRect();
        return {
          expression: curve.getAttribute('data-class'),
          mu,
          peak: top.x,
          dots: dots.length,
          dot: (dot.left + dot.right) / 2 - svg.getBoundingClientRect().left,
          expected: left + ((mu - x0) / (x1 - x0)) * (right - left),
        };
      });
    });
    expect(curves).toHaveLength(7);
    for (const { expression, mu, peak, dots, dot, expected } of curves) {
      expect(mu).toBeCloseTo(prediction.mu[prediction.classes.findIndex((one) => one === expression)]!, 5);
      expect(Math.abs(peak - expected)).toBeLessThanOrEqual(1);
      expect(dots).toBe(1);
      expect(Math.abs(dot - expected)).toBeLessThanOrEqual(1);
    }

    const exported = async (item: string): Promise<string> => {
      await page.getByRole('button', { name: 'Export VICH' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: item, exact: true }).click(),
      ]);
      return readFileSync(await download.path(), 'utf8');
    };
    const [header, ...lines] = (await exported('CSV'))
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));
    const column = (name: string): number => header!.findIndex((one) => one.toLowerCase() === name);
    expect(lines).toHaveLength(7);
    for (const line of lines) {
      const at = prediction.classes.findIndex((one) => one === line[0]?.toLowerCase());
      expect(Math.abs(Number(line[column('mu')]) - prediction.mu[at]!)).toBeLessThan(1e-6);
      expect(Math.abs(Number(line[column('sigma')]) - Math.exp(prediction.logvar[at]! / 2))).toBeLessThan(1e-6);
    }
    const svg = await exported('SVG');
    const parsed = await page.evaluate((text) => {
      const document = new DOMParser().parseFromString(text, 'image/svg+xml');
      return { root: document.documentElement.nodeName, errors: document.querySelectorAll('parsererror').length };
    }, svg);
    expect(parsed).toEqual({ root: 'svg', errors: 0 });
  });

  it('H shows Grad-CAM over the face', async () => {
    await openSample(page);
    await page.locator('.tile[data-index="0"]').click();
    await page.keyboard.press('h');
    await page.locator('canvas').first().waitFor({ timeout: 30_000 });
    const painted = await page
      .locator('canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        return pixels.some((value, i) => i % 4 === 3 && value > 40);
      });
    expect(painted).toBe(true);
  });
});
