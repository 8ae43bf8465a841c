import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { Api } from './api.ts';
import { launch } from './chromium.ts';
import { Host, removeHome } from './host.ts';
import { openPage } from './page.ts';

/** A web host over a home of its own, a browser with one page on it, and a client of its methods. */
export interface OpenedWorkbench {
  readonly home: string;
  readonly host: Host;
  readonly api: Api;
  readonly browser: Browser;
  readonly page: Page;
  readonly context: BrowserContext;
  /** Goes to a view by its route, without loading the page again. */
  go(route: string): Promise<void>;
  /** Ends all of it; fails the test where the page told an error or left the machine. */
  close(): Promise<void>;
}

/** @param home which `close` removes. */
export async function openWorkbench(
  home: string,
  options: { width?: number; height?: number } = {},
): Promise<OpenedWorkbench> {
  const browser = await launch();
  const host = await Host.start(home, []);
  const api = await Api.connect(host.url);
  const { page, context, problems } = await openPage(browser, host.url, options);
  return {
    home,
    host,
    api,
    browser,
    page,
    context,
    go: (route) => page.evaluate((hash) => void (location.hash = hash), route),
    async close() {
      await context.close();
      await browser.close();
      await host.stop();
      removeHome(home);
      expect(problems).toEqual([]);
    },
  };
}
