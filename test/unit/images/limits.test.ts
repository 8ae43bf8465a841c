import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'limits-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What inspecting a file in a process of its own found, and the most memory that the process ever held, in MiB. */
async function inspect(file: string): Promise<{ reason: string | null; width: number; peak: number }> {
  const module = new URL('../../../src-main/services/images/inspect.ts', import.meta.url).href;
  const body = `
    const { inspectImage } = await import(${JSON.stringify(module)});
    const { reason, width } = await inspectImage(${JSON.stringify(file)});
    console.log(JSON.stringify({ reason, width, peak: process.resourceUsage().maxRSS / 1024 }));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', body]);
  return JSON.parse(stdout) as { reason: string | null; width: number; peak: number };
}

/** A GIF of many frames after a whole one, each as large as its canvas, each a few bytes: LZW codes that say "clear, white, end". */
async function manyFrames(count: number, side: number): Promise<Buffer> {
  const size = [side & 255, side >> 8];
  const whole = await sharp({ create: { width: side, height: side, channels: 3, background: '#fff' } })
    .gif()
    .toBuffer();
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, ...size, ...size, 0, 2, 2, 0x44, 0x01, 0]);
  return Buffer.concat([whole.subarray(0, -1), ...Array.from({ length: count }, () => frame), Buffer.from([0x3b])]);
}

describe('hostile images', () => {
  it('a PNG of 14,000 × 14,000 is quarantined with less than 512 MB', async () => {
    const bomb = sharp({ create: { width: 14_000, height: 14_000, channels: 3, background: '#000' } });
    const file = join(folder, 'bomb.png');
    await bomb.png({ compressionLevel: 1 }).toFile(file);
    const { reason, peak } = await inspect(file);
    expect(reason).toBe('The image is larger than 50 million pixels.');
    expect(peak).toBeLessThan(512);
  });

  it('of a GIF with 10,000 frames only the first is read, with less than 512 MB', async () => {
    const file = join(folder, 'frames.gif');
    writeFileSync(file, await manyFrames(10_000, 2_000));
    const { reason, width, peak } = await inspect(file);
    expect({ reason, width }).toEqual({ reason: null, width: 2_000 });
    expect(peak).toBeLessThan(512);
  });
});
