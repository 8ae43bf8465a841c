/** The VICH plot as SVG text: the geometry of plots/vich.ts in paper colours. */
import { fixed } from '../text/number.ts';
import { classCode, classShape } from '../plots/class-marks.ts';
import type { VichCurve, VichData, VichGeometry } from '../plots/vich.ts';
import { containing, fitRange, vich, type Range } from '../plots/vich.ts';
import { element, PAPER, PAPER_CLASSES, text } from './paper.ts';

export interface VichFigure {
  readonly data: VichData;
  readonly baseline: Pick<VichData, 'classes' | 'mu'> | null;
  /** The run's own range; null: this image's. */
  readonly range: Range | null;
  readonly width: number;
  readonly height: number;
}

/** A group whose top left corner is 0,0. */
export function vichFigure({ data, baseline, range, width, height }: VichFigure): string {
  const plot = vich(data, {
    width,
    height,
    range: range === null ? fitRange(data) : containing(range, data),
    baseline,
  });
  const axis = { stroke: PAPER.edge, x1: plot.left, x2: plot.right, y1: plot.base, y2: plot.base };
  return [
    ...plot.ticks.flatMap((tick) => [
      element('line', { stroke: PAPER.line, x1: tick.x, x2: tick.x, y1: plot.top, y2: plot.foot }),
      text(tick.x, plot.foot + 13, fixed(tick.value, tick.value % 1 === 0 ? 0 : 1), {
        size: 11,
        anchor: 'middle',
        fill: PAPER.quiet,
      }),
    ]),
    element('line', axis),
    ...plot.curves.map((curve) => drawn(curve, plot, baseline !== null)),
    text((plot.left + plot.right) / 2, height - 4, 'Expression intensity', {
      size: 11,
      anchor: 'middle',
      fill: PAPER.quiet,
    }),
  ].join('');
}

function drawn(curve: VichCurve, plot: VichGeometry, compared: boolean): string {
  const fill = PAPER_CLASSES[curve.expression];
  const mark = (x: number, y: number): string =>
    element('path', {
      d: classShape(curve.expression),
      fill,
      transform: `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(0.7)`,
    });
  const spread = curve.sigma;
  return [
    ...(curve.fill === null
      ? []
      : [element('path', { d: curve.fill, fill, 'fill-opacity': curve.winner ? 0.22 : 0.1 })]),
    ...(curve.stroke !== null
      ? [element('path', { d: curve.stroke, fill: 'none', stroke: fill, 'stroke-width': curve.winner ? 2.25 : 1.5 })]
      : spread === null
        ? []
        : [element('line', { x1: curve.peak.x, x2: curve.peak.x, y1: plot.top, y2: plot.base, stroke: fill })]),
    element('path', { d: curve.label.leader, fill: 'none', stroke: PAPER.edge }),
    mark(curve.label.x - 12.5, 3.5),
    text(curve.label.x - 3, 11, classCode(curve.expression), { size: 11, ...(curve.winner && { weight: 600 }) }),
    element('line', { stroke: PAPER.line, x1: plot.left, x2: plot.right, y1: curve.laneY, y2: curve.laneY }),
    text(0, curve.laneY + 4, classCode(curve.expression), { size: 11, fill: PAPER.quiet }),
    ...(spread === null
      ? []
      : [
          element('line', {
            ...{ stroke: fill, 'stroke-width': 1.5, y1: curve.laneY, y2: curve.laneY },
            x1: Math.max(plot.left, plot.x(curve.mu - spread)),
            x2: Math.min(plot.right, plot.x(curve.mu + spread)),
          }),
        ]),
    ...(compared
      ? [
          element('line', {
            ...{ stroke: fill, 'stroke-width': 1.5, x1: curve.peak.x, x2: curve.peak.x },
            ...{ y1: curve.laneY - 4, y2: curve.laneY + 5 },
          }),
        ]
      : []),
    ...(compared && curve.baselineX === null ? [] : [mark((curve.baselineX ?? curve.peak.x) - 3.5, curve.laneY - 3)]),
  ].join('');
}
