import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'poster-var-responsive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What one turn of the thread that answers everybody may take, in milliseconds of its own work. */
const LONGEST_MS = 50;

it('while a run trains, no question holds up the others', { timeout: 600_000 }, async () => {
  const host = join(import.meta.dirname, 'host.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [host, folder]);
  const { longest, blocked } = JSON.parse(stdout) as { longest: Record<string, number>; blocked: number };
  expect(Object.keys(longest)).toEqual(expect.arrayContaining(['training', 'versions.list', 'an epoch']));
  expect(Object.entries(longest).filter(([, ms]) => ms > LONGEST_MS)).toEqual([]);
  // A turn of 200 ms is seen.
  expect(blocked).toBeGreaterThan(150);
});
