import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACTION_UNITS, blend, distance, PROTOTYPES } from '../../../src-main/services/faces/action-units.ts';
import { planSample } from '../../../src-main/services/faces/plan.ts';
import { drawPortrait } from '../../../src-main/services/faces/portrait.ts';
import { nearest, TAGGERS } from '../../../src-main/services/faces/taggers.ts';
import { renderFace, writeSample } from '../../../src-main/services/faces/write.ts';
import { EXPRESSIONS, SEVEN } from '../../../src-shared/domain/expression.ts';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('prototypes', () => {
  it('name an intensity for every action unit, within 0 and 1', () => {
    for (const expression of EXPRESSIONS)
      for (const unit of ACTION_UNITS) {
        expect(PROTOTYPES[expression].units[unit]).toBeGreaterThanOrEqual(0);
        expect(PROTOTYPES[expression].units[unit]).toBeLessThanOrEqual(1);
      }
  });

  it('lie apart: a face at full and at two thirds of its intensity is nearest to its own class', () => {
    for (const expression of EXPRESSIONS) {
      expect(nearest(blend({ [expression]: 1 }), EXPRESSIONS)).toBe(expression);
      expect(nearest(blend({ [expression]: 0.68 }), EXPRESSIONS)).toBe(expression);
    }
  });

  it('mix along the line between them', () => {
    const middle = blend({ fear: 0.5, surprise: 0.5 });
    const whole = distance(PROTOTYPES.fear, PROTOTYPES.surprise);
    expect(distance(middle, PROTOTYPES.fear)).toBeCloseTo(whole / 2);
    expect(distance(middle, PROTOTYPES.surprise)).toBeCloseTo(whole / 2);
  });
});

describe('plan', () => {
  const faces = planSample(600, 1);

  it('plants exactly 4% of wrong labels and keeps the truth beside them', () => {
    const wrong = faces.filter(({ label, truth }) => label !== truth);
    expect(wrong).toHaveLength(24);
    expect(wrong.every(({ planted }) => planted)).toBe(true);
    expect(faces.filter(({ planted }) => planted)).toHaveLength(24);
    expect(planSample(1000, 5).filter(({ label, truth }) => label !== truth)).toHaveLength(40);
  });

  it('has ten votes a face, and taggers agree less the more a face is mixed', () => {
    const agreement = (part: typeof faces): number =>
      part.reduce((sum, { votes, truth }) => sum + (votes[truth] ?? 0), 0) / part.length;
    for (const { votes } of faces) expect(Object.values(votes).reduce((sum, n) => sum + n, 0)).toBe(TAGGERS);
    const pure = agreement(faces.filter(({ mixture }) => mixture < 0.1));
    const mixed = agreement(faces.filter(({ mixture }) => mixture > 0.35));
    expect(pure).toBeGreaterThan(8);
    expect(mixed).toBeLessThan(pure - 1);
  });

  it('keeps every person within one split and every class in every split', () => {
    const splits = new Map<string, Set<string>>();
    for (const { identity, split } of faces) {
      const person = JSON.stringify(identity);
      splits.set(person, (splits.get(person) ?? new Set()).add(split));
    }
    expect([...splits.values()].every((one) => one.size === 1)).toBe(true);
    for (const split of ['train', 'val', 'test'])
      expect(new Set(faces.filter((face) => face.split === split).map(({ truth }) => truth))).toEqual(new Set(SEVEN));
  });

  it('draws a face the same however many are drawn, and another for another seed', () => {
    const few = planSample(20, 1);
    for (const [index, { state, identity, scene }] of few.entries())
      expect(drawPortrait(identity, scene, state)).toBe(
        drawPortrait(faces[index]!.identity, faces[index]!.scene, faces[index]!.state),
      );
    expect(planSample(1, 2)[0]?.identity).not.toEqual(few[0]?.identity);
  });

  it('draws finite numbers only', () => {
    for (const { identity, scene, state } of faces)
      expect(drawPortrait(identity, scene, state)).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('pictures', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'poster-var-sample-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are the same bytes for the same seed', async () => {
    const [one, other] = [planSample(8, 3), planSample(40, 3)];
    for (const index of [0, 3, 7])
      expect(hash(await renderFace(one[index]!))).toBe(hash(await renderFace(other[index]!)));
    expect(hash(await renderFace(one[0]!))).not.toBe(hash(await renderFace(planSample(1, 4)[0]!)));
  });

  it('are written with labels and truth, all at once', async () => {
    const target = join(folder, 'faces');
    const seen: number[] = [];
    await writeSample(target, { count: 25, seed: 2, onProgress: (done) => seen.push(done) });
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    expect(readdirSync(join(target, 'images'))).toHaveLength(25);
    const labels = readFileSync(join(target, 'labels.csv'), 'utf8').trim().split('\n');
    expect(labels[0]).toBe('path,label,split,neutral,happy,sad,surprise,fear,disgust,anger,contempt');
    expect(labels).toHaveLength(26);
    const truth = readFileSync(join(target, 'truth.csv'), 'utf8').trim().split('\n').slice(1);
    expect(truth.filter((line) => line.split(',')[2] === '1')).toHaveLength(1);
    const { width, height } = await sharp(join(target, 'images', 'sf-00001.jpg')).metadata();
    expect([width, height]).toEqual([224, 224]);
  });

  it('leave nothing behind when cancelled', async () => {
    const controller = new AbortController();
    const target = join(folder, 'faces');
    const writing = writeSample(target, {
      count: 50,
      signal: controller.signal,
      onProgress: (done) => done === 5 && controller.abort(),
    });
    await expect(writing).rejects.toMatchObject({ failure: { kind: 'cancelled' } });
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});
