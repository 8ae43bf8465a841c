import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawFace } from '../../../src-main/services/sample/draw.ts';
import { planSample, type PlannedFace } from '../../../src-main/services/sample/plan.ts';
import { renderFace } from '../../../src-main/services/sample/render.ts';
import { Stream } from '../../../src-main/services/sample/stream.ts';
import { TAGGERS } from '../../../src-main/services/sample/taggers.ts';
import { writeSample } from '../../../src-main/services/sample/write.ts';
import { EXPRESSIONS, SEVEN } from '../../../src-shared/domain/expression.ts';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('the plan', () => {
  const faces = [...planSample(1, 600)];

  it('plants exactly 4% of wrong labels and keeps the truth beside them', () => {
    const wrong = faces.filter(({ label, truth }) => label !== truth);
    expect(wrong).toHaveLength(24);
    expect(wrong.every(({ planted }) => planted)).toBe(true);
    expect(faces.filter(({ planted }) => planted)).toHaveLength(24);
    expect([...planSample(5, 1000)].filter(({ planted }) => planted)).toHaveLength(40);
  });

  it('splits every class 70, 15, 15 and shows the seven expressions only', () => {
    expect(new Set(faces.map(({ truth }) => truth))).toEqual(new Set(SEVEN));
    expect(new Set(faces.map(({ label }) => label))).toEqual(new Set(SEVEN));
    for (const expression of SEVEN) {
      const own = faces.filter(({ truth }) => truth === expression);
      for (const [split, share] of [
        ['train', 0.7],
        ['val', 0.15],
        ['test', 0.15],
      ] as const) {
        const part = own.filter((face) => face.split === split).length / own.length;
        expect(Math.abs(part - share)).toBeLessThan(0.06);
      }
    }
  });

  it('has ten votes a face, fewer for the truth where another expression is mixed in', () => {
    for (const { votes } of faces) expect(Object.values(votes).reduce((sum, count) => sum + count, 0)).toBe(TAGGERS);
    const agreement = (part: readonly PlannedFace[]) =>
      part.reduce((sum, { votes, truth }) => sum + votes[truth], 0) / part.length;
    expect(agreement(faces.filter(({ second }) => second === null))).toBeGreaterThan(8.5);
    expect(agreement(faces.filter(({ second }) => (second?.share ?? 0) > 0.3))).toBeLessThan(8);
  });

  it('begins like a shorter one of the same seed, and differs for another seed', () => {
    expect([...planSample(1, 40)]).toEqual(faces.slice(0, 40));
    expect([...planSample(2, 1)][0]?.portrait).not.toEqual(faces[0]?.portrait);
  });

  it('draws finite numbers only', () => {
    for (const face of faces.slice(0, 500))
      expect(drawFace(face.portrait, new Stream(1, 'detail', face.number - 1), 224)).not.toMatch(
        /NaN|Infinity|undefined|null/,
      );
  });

  it('shows a person of every skin tone, age and hair', () => {
    const lightness = faces.map(({ portrait }) => portrait.identity.skin.base[0]);
    expect(Math.min(...lightness)).toBeLessThan(120);
    expect(Math.max(...lightness)).toBeGreaterThan(225);
    expect(new Set(faces.map(({ portrait }) => portrait.identity.hair.style)).size).toBe(15);
  });
});

describe('the pictures', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'poster-var-sample-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const bytes = async (seed: number, count: number, index: number) => {
    const face = [...planSample(seed, count)][index];
    if (!face) throw new RangeError('No such face.');
    return hash(await renderFace(face.portrait, 224, seed, index));
  };

  it('are the same bytes for the same seed, however many are drawn and in whatever order', async () => {
    const forward = [await bytes(3, 8, 0), await bytes(3, 8, 3), await bytes(3, 8, 7)];
    const backward = [await bytes(3, 40, 7), await bytes(3, 30, 3), await bytes(3, 20, 0)];
    expect(backward.reverse()).toEqual(forward);
    expect(new Set([...forward, await bytes(4, 8, 0)]).size).toBe(4);
  });

  it('are written with labels, votes and truth, all at once', async () => {
    const target = join(folder, 'faces');
    const seen: number[] = [];
    await writeSample(target, { count: 25, seed: 2, onProgress: (done, total) => seen.push(done / total) });
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => (index + 1) / 25));
    expect(readdirSync(folder)).toEqual(['faces']);
    expect(readdirSync(join(target, 'images'))).toHaveLength(25);
    const [head, ...labels] = readFileSync(join(target, 'labels.csv'), 'utf8').trim().split('\n');
    expect(head).toBe('path,label,split,neutral,happy,sad,surprise,fear,disgust,anger,contempt');
    expect(labels).toHaveLength(25);
    for (const row of labels) {
      const [path, label, split, ...votes] = row.split(',');
      expect(existsSync(join(target, path ?? ''))).toBe(true);
      expect(EXPRESSIONS).toContain(label);
      expect(['train', 'val', 'test']).toContain(split);
      expect(votes.map(Number).reduce((sum, count) => sum + count, 0)).toBe(TAGGERS);
    }
    const truth = readFileSync(join(target, 'truth.csv'), 'utf8').trim().split('\n').slice(1);
    const wrong = truth.filter((row, index) => row.split(',')[1] !== labels[index]?.split(',')[1]);
    expect(wrong).toHaveLength(1);
    expect(wrong[0]?.split(',')[2]).toBe('1');
    const manifest: unknown = JSON.parse(readFileSync(join(target, 'sample.json'), 'utf8'));
    expect(manifest).toMatchObject({ seed: 2, count: 25, size: 224, plantedShare: 0.04 });
    const { width, height } = await sharp(join(target, 'images', 'sf-00001.jpg')).metadata();
    expect([width, height]).toEqual([224, 224]);
  });

  it('leave nothing behind when cancelled', async () => {
    const controller = new AbortController();
    const writing = writeSample(join(folder, 'faces'), {
      count: 50,
      signal: controller.signal,
      onProgress: (done) => done === 5 && controller.abort(),
    });
    await expect(writing).rejects.toMatchObject({ failure: { kind: 'cancelled' } });
    expect(readdirSync(folder)).toEqual([]);
  });
});
