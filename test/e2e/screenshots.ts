/** Pictures of the views, from a running web host: `node test/e2e/screenshots.ts URL FOLDER [WIDTHxHEIGHT]`. */
import { join } from 'node:path';
import { launch } from './chromium.ts';
import { openPage, openSample } from './page.ts';

const [url, folder, size = '1440x900'] = process.argv.slice(2);
if (url === undefined || folder === undefined) throw new Error('Where from and where to? URL FOLDER');
const [width = 1440, height = 900] = size.split('x').map(Number);
const browser = await launch();
const { page } = await openPage(browser, url, { width, height });
const shoot = (name: string) => page.screenshot({ path: join(folder, `${name}.png`) });
for (const theme of ['dark', 'light']) {
  await page.goto(`${page.url().split('#')[0]}#/home`);
  await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
  await page.waitForTimeout(1_000);
  await shoot(`home-${theme}`);
  await openSample(page);
  await page.locator('.tile[data-index="4"]').click();
  if (theme === 'dark') await page.keyboard.press('h');
  await page.waitForTimeout(6_000);
  await shoot(`gallery-${theme}`);
  for (const route of ['analysis', 'train', 'runs', 'data']) {
    await page.goto(`${page.url().split('#')[0]}#/${route}`);
    await page.waitForTimeout(1_500);
    await shoot(`${route}-${theme}`);
  }
}
await browser.close();
