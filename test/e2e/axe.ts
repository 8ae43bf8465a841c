import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

interface Scope {
  /** Selector of the part that is meant; the whole page where none is given. */
  readonly within?: string;
  /** Rules of axe; all where none are given. */
  readonly rules?: string[];
}

/** What axe finds serious or critical: a rule and its elements a line. */
export async function serious(page: Page, { within, rules }: Scope = {}): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  if (within !== undefined) axe.include(within);
  if (rules !== undefined) axe.withRules(rules);
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

/** Nothing serious for axe in either theme; `within` is a selector where only a part is meant. */
export async function expectAccessible(page: Page, within?: string): Promise<void> {
  for (const theme of ['dark', 'light']) {
    await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
    expect(await serious(page, { within }), theme).toEqual([]);
  }
}
