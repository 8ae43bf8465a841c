/** Keyboard, zoom, large screens and reduced motion. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { expectAccessible } from './axe.ts';
import { browserSuite, type OpenedWorkbench, useWorkbench } from './open-workbench.ts';
import { openPage } from './page.ts';

const VIEWS = ['home', 'data', 'gallery', 'triage', 'analysis', 'history', 'train', 'runs', 'compare', 'models', 'devices', 'settings']; // prettier-ignore

browserSuite('access in a browser', () => {
  let opened: OpenedWorkbench;
  let page: Page;
  useWorkbench({ width: 1280, height: 800 }, (now) => {
    opened = now;
    ({ page } = now);
  });

  const regionOf = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      const region = element?.closest('nav.rail, header.ctx, main [data-region], .jobs, .left-runs, footer.status');
      return region === null || region === undefined
        ? ''
        : `${region.tagName} ${region.className} ${region.getAttribute('aria-label') ?? ''}`;
    });

  async function shown(view: string): Promise<void> {
    await opened.go(`/${view}`);
    await page.locator('main [data-region]').first().waitFor();
    // Its regions come with its answer.
    if (view === 'analysis') await page.locator('[data-cell]').first().waitFor();
    await page.locator(`nav.rail a[aria-current=page][href*="#/${view}"]`).waitFor();
  }

  it.each(VIEWS)('20: F6 reaches every region of %s and comes back to the first', async (view) => {
    await shown(view);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const seen: string[] = [];
    do {
      await page.keyboard.press('F6');
      seen.push(await regionOf());
    } while (seen.length < 2 || (seen.length < 20 && seen.at(-1) !== seen[0]));
    expect(seen).not.toContain('');
    expect(seen.pop()).toBe(seen[0]);
    expect(new Set(seen).size, seen.join('\n')).toBe(seen.length);
    const regions = await page
      .locator('nav.rail, header.ctx, main [data-region], .jobs, .left-runs, footer.status')
      .evaluateAll((all) => all.filter((one) => (one as HTMLElement).offsetParent !== null).length);
    expect(seen.length).toBe(regions);
    expect(regions).toBeGreaterThanOrEqual(4);
  });

  it.each([
    ['200% zoom of 1280 × 800', { width: 640, height: 400 }],
    ['1280 × 800', { width: 1280, height: 800 }],
    ['4K', { width: 3840, height: 2160 }],
  ])('at %s no view is wider than the page, and what is cut off can be scrolled to', async (_, size) => {
    const { page: other, context, problems } = await openPage(opened.browser, opened.host.url, size);
    try {
      for (const view of VIEWS) {
        await other.evaluate((hash) => (location.hash = hash), `/${view}`);
        await other.locator(`nav.rail a[aria-current=page][href*="#/${view}"]`).waitFor({ state: 'attached' });
        await other.locator('main [data-region]').first().waitFor();
        // A control that lies outside of its clipping ancestors, where none of them scrolls, cannot be reached.
        const lost = await other.evaluate(() => {
          const scrolls = (style: CSSStyleDeclaration, axis: 'X' | 'Y'): boolean =>
            ['auto', 'scroll'].includes(axis === 'X' ? style.overflowX : style.overflowY);
          return [
            ...document.querySelectorAll<HTMLElement>(
              'main button, main a[href], main input, main [role=tab], nav.rail a, nav.rail button, header.ctx button, header.ctx input, footer.status button',
            ),
          ]
            .filter((one) => one.offsetParent !== null && one.getClientRects().length > 0)
            .filter((one) => {
              const box = one.getBoundingClientRect();
              if (box.width < 2 || box.height < 2) return false;
              const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
              for (let at = one.parentElement; at !== null; at = at.parentElement) {
                const style = getComputedStyle(at);
                const frame = at.getBoundingClientRect();
                if (at === document.body) break;
                if (scrolls(style, 'X') && (x < frame.left || x > frame.right)) return false;
                if (scrolls(style, 'Y') && (y < frame.top || y > frame.bottom)) return false;
                const clips = style.overflow !== 'visible';
                if (clips && (x < frame.left || x > frame.right || y < frame.top || y > frame.bottom)) return true;
              }
              const page = document.documentElement;
              if (scrolls(getComputedStyle(document.body), 'X'))
                return (
                  x + scrollX < 0 ||
                  x + scrollX > page.scrollWidth ||
                  y + scrollY < 0 ||
                  y + scrollY > page.scrollHeight
                );
              return x < 0 || x > innerWidth || y < 0 || y > innerHeight;
            })
            .map((one) => (one.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 40));
        });
        expect(lost, `${view} at ${size.width}`).toEqual([]);
        const wide = await other.evaluate(() => document.documentElement.scrollWidth);
        if (size.width >= 1024) expect(wide, view).toBeLessThanOrEqual(size.width);
      }
      // A click has to get there as well: of what stands at the two far ends.
      await other.getByRole('button', { name: 'Switch theme' }).click();
      await other.getByRole('link', { name: 'Gallery', exact: true }).click();
      await other.locator('.tile[data-image]').first().click();
      expect(problems).toEqual([]);
    } finally {
      await context.close();
    }
  });

  it('20: axe finds nothing serious in any view, in both themes', { timeout: 400_000 }, async () => {
    for (const view of VIEWS) {
      await shown(view);
      await expectAccessible(page);
    }
  });

  it('with reduced motion nothing moves: no transition or animation lasts', async () => {
    for (const view of VIEWS) {
      await shown(view);
      const moving = await page.evaluate(() =>
        [...document.querySelectorAll('*')].flatMap((one) => {
          const style = getComputedStyle(one);
          const seconds = [
            ...style.transitionDuration.split(','),
            ...(style.animationName === 'none' ? [] : style.animationDuration.split(',')),
          ].map(parseFloat);
          return Math.max(...seconds) > 0.001 ? [`${one.tagName}.${one.getAttribute('class') ?? ''}`] : [];
        }),
      );
      expect(moving, view).toEqual([]);
    }
  });

  it('everything that can be pressed has a name for a screen reader', async () => {
    for (const view of VIEWS) {
      await shown(view);
      const tree = await page.locator('body').ariaSnapshot();
      const nameless = tree
        .split('\n')
        .filter((line) =>
          /^\s*- (button|link|textbox|combobox|checkbox|switch|slider|radio|tab)( \[.*\])?:?\s*$/.test(line),
        );
      expect(nameless, view).toEqual([]);
    }
  });
});
