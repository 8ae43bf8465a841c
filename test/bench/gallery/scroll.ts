/** Scrolling as the wheel does it, and what it costs the page. */
import type { Page } from 'playwright-core';

export interface Scrolled {
  /** Milliseconds from one frame to the next. */
  readonly frames: readonly number[];
  /** Most tiles in the document at a time. */
  readonly tiles: number;
}

/**
 * Turns the wheel at a speed for some time: a wheel event each frame, so that every frame has work.
 * @param speed pixels a second. @param duration milliseconds.
 */
export function scrolled(page: Page, speed: number, duration: number): Promise<Scrolled> {
  return page.evaluate(
    async ({ speed, duration }) => {
      const grid = document.querySelector('#grid');
      if (!(grid instanceof HTMLElement)) throw new Error('There is no grid.');
      const frames: number[] = [];
      let tiles = 0;
      let before = await new Promise<number>(requestAnimationFrame);
      const end = before + duration;
      while (before < end) {
        const now = await new Promise<number>(requestAnimationFrame);
        frames.push(now - before);
        const by = (speed * (now - before)) / 1_000;
        before = now;
        // Where the grid does not take the wheel itself, the browser scrolls by as much.
        const event = new WheelEvent('wheel', { deltaY: by, bubbles: true, cancelable: true });
        if (by !== 0 && grid.dispatchEvent(event)) grid.scrollTop += by;
        tiles = Math.max(tiles, document.querySelectorAll('.tile').length);
      }
      return { frames, tiles };
    },
    { speed, duration },
  );
}

/** The page's heap after a collection, megabytes. */
export async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
  await session.detach();
  return usedSize / 1e6;
}
