/** A figure's SVG as pixels, where there is no browser. */
import { Resvg, type ResvgRenderOptions } from '@resvg/resvg-js';
import type { FigureFile } from '../../../src-shared/domain/figure.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';

const OPTIONS: ResvgRenderOptions = {
  font: { loadSystemFonts: true, sansSerifFamily: 'DejaVu Sans' },
  logLevel: 'off',
};

/** Without a typeface the drawing would have no letters, and nobody would be told. */
function hasLetters(): boolean {
  const probe =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="8" font-family="sans-serif">A</text></svg>';
  return new Resvg(probe, OPTIONS).getBBox() !== undefined;
}

/** PNG of twice the figure's size. @throws FailureError 'conflict' on a machine without a typeface. */
export function figurePng({ svg }: Pick<FigureFile, 'svg'>): Buffer {
  if (!hasLetters())
    throw new FailureError({
      kind: 'conflict',
      message: 'This machine has no typeface to write the figure’s words with.',
      remedy: 'Write SVG instead, or install a font such as DejaVu Sans.',
    });
  return new Resvg(svg, { ...OPTIONS, fitTo: { mode: 'zoom', value: 2 } }).render().asPng();
}
