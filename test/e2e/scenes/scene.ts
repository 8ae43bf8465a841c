/** What a scene is, and what several of them do. */
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { Api } from '../api.ts';
import { sampleCheckpoint, writeForeign } from '../foreign.ts';

export interface Place {
  readonly page: Page;
  readonly api: Api;
  readonly home: string;
  /** Goes to a hash route and waits until it has settled. */
  readonly go: (route: string) => Promise<void>;
}

export interface Scene {
  readonly name: string;
  /** Later scenes need it, also where only they are wanted. */
  readonly always?: boolean;
  readonly show: (place: Place) => Promise<void>;
  readonly leave?: (place: Place) => Promise<void>;
}

/** Closes what is open. */
export const escape = async ({ page }: Place): Promise<void> => {
  await page.keyboard.press('Escape');
  await page.waitForTimeout(200);
};

/** A view that needs no more than its address. */
export const view = (name: string, route: string): Scene => ({ name, show: ({ go }) => go(route) });

/** A dialog of the view that is open. */
export const dialog = (name: string, button: string): Scene => ({
  name,
  show: async ({ page }) => {
    await page.getByRole('main').getByRole('button', { name: button, exact: true }).click();
    await page.getByRole('dialog').waitFor();
  },
  leave: escape,
});

/** The large view of the fourth tile in one of its layouts. The keys are pressed again on leaving: each is a toggle. */
export const large = (
  name: string,
  toggles: readonly string[],
  further: (place: Place) => Promise<unknown>,
  after: (place: Place) => Promise<unknown> = () => Promise.resolve(),
): Scene[] => [
  {
    name: `large-${name}`,
    show: async (place) => {
      const { page } = place;
      await page.locator('.tile[data-index="3"]').click();
      await page.keyboard.press('Enter');
      await page.waitForTimeout(1_000);
      for (const key of toggles) await page.keyboard.press(key);
      await further(place);
      await page.waitForTimeout(800);
    },
    leave: async (place) => {
      for (const key of toggles) await place.page.keyboard.press(key);
      await escape(place);
      await after(place);
    },
  },
];

/** Types the path of a checkpoint into a file browser; the sample's own weights stand there under another writer's names. */
export async function pickCheckpoint(page: Page, label: string, file: string): Promise<void> {
  if (!existsSync(file)) writeForeign(sampleCheckpoint, file);
  const path = page.getByRole('textbox', { name: `${label}: path` });
  await path.fill(file);
  await path.press('Enter');
}

/** Takes the first way to read a source where several fit: the wizard waits for a choice. */
export async function chooseWay(page: Page): Promise<void> {
  const ways = page.getByRole('radiogroup', { name: 'How to read the source' }).getByRole('radio');
  await ways.first().click();
}
