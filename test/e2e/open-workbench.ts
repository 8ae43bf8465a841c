import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject } from 'vitest';
import { Api } from './api.ts';
import { CHROMIUM, launch, NO_CHROMIUM } from './chromium.ts';
import { copyHome, Host, removeHome } from './host.ts';
import { openPage, openSample } from './page.ts';

/** A web host over a home of its own, a browser with one page on it, and a client of its methods. */
export interface OpenedWorkbench {
  readonly home: string;
  readonly host: Host;
  readonly api: Api;
  readonly browser: Browser;
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors that the page told, and requests that left the machine. */
  readonly problems: string[];
  /** Goes to a view by its route, without loading the page again. */
  readonly go: (route: string) => Promise<void>;
  /** Ends all of it; fails the test where there are problems. */
  close(): Promise<void>;
}

interface Size {
  readonly width?: number;
  readonly height?: number;
}

/** @param home which `close` removes. @param lent a browser that goes on after `close`; one of its own where none is given. */
export async function openWorkbench(home: string, size: Size = {}, lent?: Browser): Promise<OpenedWorkbench> {
  const browser = lent ?? (await launch());
  const host = await Host.start(home, []);
  const api = await Api.connect(host.url);
  const { page, context, problems } = await openPage(browser, host.url, size);
  return {
    home,
    host,
    api,
    browser,
    page,
    context,
    problems,
    go: (route) => page.evaluate((hash) => void (location.hash = hash), route),
    async close() {
      await context.close();
      if (lent === undefined) await browser.close();
      await host.stop();
      removeHome(home);
      expect(problems).toEqual([]);
    },
  };
}

/** A suite that needs a browser; where there is none, its name says so. */
export function browserSuite(name: string, tests: () => void): void {
  describe.skipIf(CHROMIUM === null)(CHROMIUM === null ? `${name} (${NO_CHROMIUM})` : name, tests);
}

/**
 * A workbench on a copy of the prepared home for the tests of this suite: one for all of them, or a fresh one for each. A test fails
 * where its page told an error.
 *
 * @param ready takes what was opened, and prepares it further.
 */
export function useWorkbench(
  options: Size & { readonly fresh?: 'suite' | 'test'; readonly sample?: boolean },
  ready: (opened: OpenedWorkbench) => Promise<void> | void,
): void {
  const { fresh = 'suite', sample = true, ...size } = options;
  let browser: Browser;
  let opened: OpenedWorkbench | undefined;
  const open = async (): Promise<void> => {
    opened = await openWorkbench(copyHome(inject('preparedHome')), size, browser);
    if (sample) await openSample(opened.page);
    await ready(opened);
  };
  const close = async (): Promise<void> => {
    const ending = opened;
    opened = undefined;
    await ending?.close();
  };
  beforeAll(async () => void (browser = await launch()));
  afterAll(() => browser?.close());
  if (fresh === 'test') {
    beforeEach(open);
    afterEach(close);
  } else {
    beforeAll(open);
    afterAll(close);
    // Each test answers for its own: what an earlier one told is taken out.
    afterEach(() => expect(opened?.problems.splice(0)).toEqual([]));
  }
}
