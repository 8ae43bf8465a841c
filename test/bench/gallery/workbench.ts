/** The workbench over a project of a million images, for the rows that measure the gallery. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Api } from '../../e2e/api.ts';
import { CHROMIUM, launch } from '../../e2e/chromium.ts';
import { Host } from '../../e2e/host.ts';
import { root } from '../../e2e/paths.ts';
import { largeProject, type LargeProject } from '../../fixtures/large-project.ts';

/** Images of the project; POSTER_VAR_BENCH_IMAGES names another number to try the rows with. */
const IMAGES = Number(process.env['POSTER_VAR_BENCH_IMAGES'] ?? 1_000_000);

export interface Workbench {
  readonly project: LargeProject;
  readonly api: Api;
  readonly url: string;
}

/** Kept between runs: making it takes minutes. */
function kept(): Promise<LargeProject> {
  const folder = join(root, 'node_modules', '.cache', 'poster-var-bench', `gallery-${IMAGES}`);
  return largeProject(folder, IMAGES, (text) => console.log(`  making ${IMAGES} images: ${text}`));
}

/** Opens the project in a web host of its own, and ends it afterwards. */
export async function withWorkbench<T>(body: (workbench: Workbench) => Promise<T>): Promise<T> {
  const project = await kept();
  const home = mkdtempSync(join(tmpdir(), 'poster-var-bench-home-'));
  const host = await Host.start(home, []);
  try {
    const api = await Api.connect(host.url);
    await api.get('project.open', { path: project.folder });
    return await body({ project, api, url: host.url });
  } finally {
    await host.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Why the rows that need a browser are skipped, or null. */
export const NO_BROWSER = CHROMIUM === null ? 'no Chromium or Chrome on this machine (name one in CHROMIUM)' : null;

/** The gallery in Chromium, its first tiles painted. */
export async function withGallery<T>(workbench: Workbench, body: (page: Page) => Promise<T>): Promise<T> {
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(workbench.url);
    await page.evaluate(() => (location.hash = '#/gallery'));
    await page.locator('.tile[data-image]').first().waitFor({ timeout: 120_000 });
    return await body(page);
  } finally {
    await browser.close();
  }
}
