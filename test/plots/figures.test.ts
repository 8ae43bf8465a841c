import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXPRESSION_FACES, EXPRESSIONS, SEVEN } from '../../src-shared/domain/expression.ts';
import { FIGURE_KINDS } from '../../src-shared/domain/figure.ts';
import { faceFigure, type FigureData, type FigureRun } from '../../src-shared/figures/face-figure.ts';
import { escaped, PAPER, PAPER_CLASSES, shortened } from '../../src-shared/figures/paper.ts';

const run = (name: string, more: Partial<FigureRun> = {}): FigureRun => ({
  name,
  classes: SEVEN,
  mu: Float32Array.from([-1.56, 0.7, -2.5, 1.91, 1.93, -0.1, 0.2]),
  logvar: Float32Array.from([-1.3, -1.8, -2, -1.6, -0.2, -2.4, -1.2]),
  maps: SEVEN.map((expression) => ({ picture: `data:map/${expression}`, contour: 'M0 0L50 50' })),
  landmarks: Float32Array.from({ length: 136 }, (_, at) => (at % 2 === 0 ? at / 136 : 1 - at / 136)),
  method: 'gradcam',
  ...more,
});
const data: FigureData = {
  file: 'faces/a <b> & "c".jpg',
  label: 'surprise',
  face: 'data:face',
  picture: { uri: 'data:original', width: 640, height: 480 },
  run: run('POSTER-Var'),
  baseline: run('POSTER++', { logvar: null, landmarks: null, mu: Float32Array.from([2, 0, 0, 1, 0, 0, 0]) }),
  range: [-6.2, 5],
};

describe('a figure of one image', () => {
  it.each(FIGURE_KINDS)('%s is drawn as before', async (kind) => {
    const { svg } = faceFigure(kind, data);
    await expect(svg.replaceAll('><', '>\n<')).toMatchFileSnapshot(`__snapshots__/figure-${kind}.svg`);
  });

  it('has the four panels of the official error analysis in their order', () => {
    const { svg } = faceFigure('error', data);
    const pictures = [...svg.matchAll(/href="data:([^"]+)"/g)].map(([, name]) => name);
    expect(pictures).toEqual(['face', 'map/surprise', 'face', 'map/fear', 'face', 'original']);
    expect(faceFigure('error', { ...data, label: null }).svg).toContain('No label');
    expect(faceFigure('error', { ...data, label: 'contempt' }).svg).toContain('Label Contempt: not a class of the run');
  });

  it('puts the baseline above the run, each with the map of its own prediction', () => {
    const { svg, height } = faceFigure('maps', data);
    const maps = [...svg.matchAll(/data:map\/(\w+)/g)].map(([, name]) => name);
    expect(maps).toEqual(['neutral', 'surprise', 'fear', 'surprise']);
    expect(svg).toContain('POSTER++: no landmarks');
    expect(height).toBeGreaterThan(faceFigure('maps', { ...data, baseline: null }).height);
  });

  it('has a curve for each class with VICH, and none without; its peaks stand at mu', () => {
    const curves = (svg: string): number =>
      [...svg.matchAll(/fill="none" stroke="#[0-9a-f]{6}" stroke-width="(2.25|1.5)"/g)].length;
    expect(curves(faceFigure('vich', data).svg)).toBe(7);
    expect(curves(faceFigure('vich', { ...data, run: run('plain', { logvar: null }) }).svg)).toBe(0);
  });

  it('is well-formed whatever a file or a run is called', () => {
    const { svg, summary } = faceFigure('vich', { ...data, run: run('<script>&\u0007') });
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('\u0007');
    expect(svg).toContain('faces/a &lt;b&gt; &amp; &quot;c&quot;.jpg');
    expect(summary).toContain('labelled Surprise');
    const opened = [...svg.matchAll(/<([a-z]+)[^>]*[^/]>/g)].length;
    expect(opened).toBe([...svg.matchAll(/<\//g)].length);
  });
});

describe('paper', () => {
  it('has the colours of the light theme', () => {
    const css = readFileSync(join(import.meta.dirname, '../../src-renderer/styles/tokens.css'), 'utf8');
    const light = css.slice(css.indexOf("[data-theme='light']"));
    const token = (name: string): string | undefined => new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(light)?.[1];
    for (const expression of EXPRESSIONS)
      expect(PAPER_CLASSES[expression]).toBe(token(`c-${EXPRESSION_FACES[expression].code.toLowerCase()}`));
    expect([PAPER.text, PAPER.quiet, PAPER.line, PAPER.edge]).toEqual(
      ['text', 'text-2', 'divider', 'control'].map(token),
    );
  });

  it('escapes text and keeps both ends of a long name', () => {
    expect(escaped('a<b>&"\u0000')).toBe('a&lt;b&gt;&amp;&quot;');
    expect(shortened('abcdefghij', 5)).toBe('ab…ij');
    expect(shortened('abc', 5)).toBe('abc');
  });
});
