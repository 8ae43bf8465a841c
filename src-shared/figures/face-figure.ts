/** One image's figure as SVG text: panels of the face and its maps, and the VICH plot. Pure: pictures come as data URIs. */
import { CAM_FACES, camTitle, type CamMethod } from '../domain/cam.ts';
import type { Expression } from '../domain/expression.ts';
import { FIGURE_FACES, type FigureFile, type FigureKind } from '../domain/figure.ts';
import { argmax, softmax } from '../metrics/vich.ts';
import { CAM_OPACITY } from '../plots/cam.ts';
import { classTitle } from '../plots/class-marks.ts';
import { landmarkDots, landmarkLines } from '../plots/face-parts.ts';
import type { Range, VichData } from '../plots/vich.ts';
import { vichSummary } from '../plots/vich-text.ts';
import { fixed } from '../text/number.ts';
import { element, escaped, PAPER, shortened, text } from './paper.ts';
import { vichFigure } from './vich-figure.ts';

/** A class's map: its colours as a picture of its own, alpha in it, and the line at half of its height on a field of 100 by 100. */
export interface DrawnMap {
  readonly picture: string;
  readonly contour: string;
}

/** What a run says of the image. */
export interface FigureRun extends VichData {
  readonly name: string;
  /** A map for each class. */
  readonly maps: readonly DrawnMap[];
  /** x, y, x, y, … in 0..1 of the face; null where the network gives none. */
  readonly landmarks: ArrayLike<number> | null;
  readonly method: CamMethod;
}

export interface FigureData {
  readonly file: string;
  readonly label: Expression | null;
  /** The network's input, a square. */
  readonly face: string;
  readonly picture: { readonly uri: string; readonly width: number; readonly height: number };
  readonly run: FigureRun;
  readonly baseline: FigureRun | null;
  /** Ends of the intensity axis; null: as this image needs them. */
  readonly range: Range | null;
}

const SIDE = 224;
const GAP = 16;
const MARGIN = 16;
const HEAD = 44;
const CAPTION = 24;
const CURVES = 480;
const STEP = SIDE + GAP;

interface Panel {
  readonly title: string;
  /** What stands in a square of SIDE. */
  readonly content: string;
}

const picture = (href: string): string =>
  element('image', { href, width: SIDE, height: SIDE, preserveAspectRatio: 'none' });

function mapped({ face }: FigureData, { maps, classes }: FigureRun, of: Expression): string {
  const map = maps[classes.indexOf(of)];
  if (map === undefined) return picture(face);
  const over = element('image', {
    ...{ href: map.picture, width: SIDE, height: SIDE, preserveAspectRatio: 'none', opacity: CAM_OPACITY },
  });
  const line = (stroke: string, width: number): string =>
    element('path', { d: map.contour, fill: 'none', stroke, 'stroke-width': width, transform: `scale(${SIDE / 100})` });
  // In the units of the contour's own field: 0.56 of it are 1.25 pixels.
  return picture(face) + over + (map.contour === '' ? '' : line('#000000', 1.1) + line('#ffffff', 0.56));
}

function dotted({ face }: FigureData, { landmarks }: FigureRun): string {
  if (landmarks === null) return picture(face);
  const stroked = (d: string, stroke: string, width: number): string =>
    element('path', {
      ...{ d, fill: 'none', stroke, 'stroke-width': width, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' },
      transform: `scale(${SIDE / 100})`,
    });
  const dots = landmarkDots(landmarks);
  return (
    picture(face) +
    stroked(landmarkLines(landmarks), '#d8d8d8', 0.45) +
    stroked(dots, '#000000', 2) +
    stroked(dots, '#ffffff', 1.35)
  );
}

const predictedBy = ({ classes, mu }: FigureRun): Expression => classes[argmax(mu)] ?? 'neutral';

/** "p 0.81" */
function share(run: FigureRun, of: Expression): string {
  return `p ${fixed(softmax(run.mu)[run.classes.indexOf(of)])}`;
}

function mapPanel(data: FigureData, run: FigureRun, of: Expression): Panel {
  return { title: `${camTitle(run.method, classTitle(of))}, ${share(run, of)}`, content: mapped(data, run, of) };
}

/** Map of the label, map of the prediction, the input, the original; the kind of map stands above all of them. */
function errorPanels(data: FigureData): Panel[] {
  const { label, run, face, picture: original } = data;
  const known = label !== null && run.classes.includes(label);
  const predicted = predictedBy(run);
  const named = (what: string, of: Expression): string => `${what} ${classTitle(of)}, ${share(run, of)}`;
  return [
    known
      ? { title: named('Label', label), content: mapped(data, run, label) }
      : {
          title: label === null ? 'No label' : `Label ${classTitle(label)}: not a class of the run`,
          content: picture(face),
        },
    { title: named('Prediction', predicted), content: mapped(data, run, predicted) },
    { title: 'Input, 224 × 224', content: picture(face) },
    {
      title: `Original, ${original.width} × ${original.height}`,
      content: element('image', {
        href: original.uri,
        width: SIDE,
        height: SIDE,
        preserveAspectRatio: 'xMidYMid meet',
      }),
    },
  ];
}

/** A run's row of the figure with both: landmarks, map of the prediction, map of the label where it is another class. */
function runPanels(data: FigureData, run: FigureRun): Panel[] {
  const predicted = predictedBy(run);
  const { label } = data;
  const other = label !== null && label !== predicted && run.classes.includes(label) ? [label] : [];
  return [
    {
      title: run.landmarks === null ? `${run.name}: no landmarks` : `${run.name}: landmarks`,
      content: dotted(data, run),
    },
    ...[predicted, ...other].map((of) => mapPanel(data, run, of)),
  ];
}

function rowsOf(kind: FigureKind, data: FigureData): Panel[][] {
  switch (kind) {
    case 'error':
      return [errorPanels(data)];
    case 'maps':
      return [data.baseline, data.run].flatMap((run) => (run === null ? [] : [runPanels(data, run)]));
    case 'vich':
      return [
        [
          { title: data.label === null ? 'No label' : `Label ${classTitle(data.label)}`, content: picture(data.face) },
          mapPanel(data, data.run, predictedBy(data.run)),
        ],
      ];
  }
}

/** A figure of an image. SVG 1.1 with everything in it; `summary` says it in a sentence. */
export function faceFigure(kind: FigureKind, data: FigureData): FigureFile {
  const rows = rowsOf(kind, data);
  const columns = Math.max(...rows.map((panels) => panels.length));
  const curves = kind === 'vich';
  const width = 2 * MARGIN + columns * STEP - GAP + (curves ? GAP + CURVES : 0);
  const height = HEAD + rows.length * (SIDE + CAPTION) + MARGIN;
  const { run, baseline, label, file } = data;
  const names = [
    `Run ${run.name}`,
    ...(kind === 'error' ? [CAM_FACES[run.method].title] : baseline === null ? [] : [`baseline ${baseline.name}`]),
  ];
  const summary = `${file}: ${label === null ? 'no label' : `labelled ${classTitle(label)}`}. ${names.join(', ')}. ${vichSummary(run)}`;
  const body = rows.flatMap((panels, row) =>
    panels.map(({ title, content }, column) =>
      element(
        'g',
        { transform: `translate(${MARGIN + column * STEP} ${HEAD + row * (SIDE + CAPTION)})` },
        content + text(0, SIDE + 15, shortened(title, 38), { size: 11, fill: PAPER.quiet }),
      ),
    ),
  );
  if (curves) {
    const plot = vichFigure({ data: run, baseline, range: data.range, width: CURVES, height: SIDE + CAPTION });
    body.push(element('g', { transform: `translate(${MARGIN + columns * STEP} ${HEAD})` }, plot));
  }
  const svg = element(
    'svg',
    {
      ...{ xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}` },
      'font-family': "Inter, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif",
    },
    element('title', {}, escaped(`${FIGURE_FACES[kind].title}: ${file}`)) +
      element('desc', {}, escaped(summary)) +
      element('rect', { width, height, fill: PAPER.ground }) +
      text(MARGIN, 20, shortened(file, 72), { size: 13, weight: 600 }) +
      text(MARGIN, 35, shortened(names.join(', '), 90), { size: 11, fill: PAPER.quiet }) +
      body.join(''),
  );
  return { svg, width, height, summary };
}
