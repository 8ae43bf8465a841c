import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXPRESSION_FACES, EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import { colourWarnings } from '../../../src-renderer/plots/colour-warnings.ts';
import { contrast, deltaE2000, distance, parseHex } from '../../../src-renderer/plots/colour.ts';

const tokens = readFileSync(join(import.meta.dirname, '../../../src-renderer/styles/tokens.css'), 'utf8');
const [dark = '', light = ''] = tokens.split(":root[data-theme='light']");
const token = (theme: string, name: string): string => new RegExp(`--${name}: (#\\w+)`).exec(theme)?.[1] ?? '';
const given = (theme: string) =>
  Object.fromEntries(EXPRESSIONS.map((one) => [one, token(theme, `c-${EXPRESSION_FACES[one].code.toLowerCase()}`)]));
const surfaces = (theme: string) => ['app', 'panel', 'raised'].map((name) => token(theme, name));
const rgb = (text: string) => parseHex(text)!;

describe('colours', () => {
  it('are read in both lengths, and nothing else is', () => {
    expect(parseHex(' #1B73fb')).toEqual([27, 115, 251]);
    expect(parseHex('#fa0')).toEqual([255, 170, 0]);
    for (const text of ['', 'red', '#12345', '1B73FB', '#12g456']) expect(parseHex(text)).toBeNull();
  });

  it('contrast as WCAG says', () => {
    expect(contrast(rgb('#000'), rgb('#fff'))).toBeCloseTo(21, 9);
    expect(contrast(rgb('#777777'), rgb('#ffffff'))).toBeCloseTo(4.478, 3);
  });

  // Pairs of Sharma, Wu & Dalal 2005, table 1.
  it.each([
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, -1, 2], [50, 0, 0], 2.3669],
    [[50, 2.49, -0.001], [50, -2.49, 0.0011], 7.2195],
    [[50, 2.5, 0], [58, 24, 15], 19.4535],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
    [[22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373],
    [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ] as const)('%j and %j differ by %d', (a, b, expected) => {
    expect(deltaE2000(a, b)).toBeCloseTo(expected, 4);
    expect(deltaE2000(b, a)).toBeCloseTo(expected, 4);
  });

  it('red and green come closer where green cones are missing, blue and yellow do not', () => {
    const [red, green, blue, yellow] = ['#c84030', '#7a8a20', '#2040d0', '#e0d020'].map(rgb);
    expect(distance(red!, green!, 'deuteranopia')).toBeLessThan(0.5 * distance(red!, green!));
    expect(distance(blue!, yellow!, 'deuteranopia')).toBeGreaterThan(0.8 * distance(blue!, yellow!));
  });

  it.each([
    ['dark', dark],
    ['light', light],
  ])('the given ones of the %s theme need no warning', (_, theme) => {
    expect(Object.values(given(theme)).every((text) => parseHex(text) !== null)).toBe(true);
    expect(colourWarnings(given(theme), surfaces(theme))).toEqual([]);
  });

  it('warnings name what is alike, for whom, and what is hard to see', () => {
    const of = (changed: object) => colourWarnings({ ...given(dark), ...changed }, surfaces(dark));
    expect(of({ fear: '#1b70f0' })).toEqual([expect.stringMatching(/^Sad and Fear are hard to tell apart: .* ΔE \d/)]);
    expect(of({ neutral: '#202020' })).toEqual([
      expect.stringMatching(/^Neutral is hard to see here: contrast 1\.\d:1, and 3:1/),
    ]);
    expect(of({ disgust: '#2f8f2f', anger: '#b06010' }).join(' ')).toMatch(
      /Disgust and Anger look alike to people without (red|green) cones/,
    );
  });
});
