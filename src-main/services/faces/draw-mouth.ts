import type { Geometry, MouthShape } from './geometry.ts';
import type { Identity } from './identity.ts';
import type { Palette } from './palette.ts';
import { d, ellipse, group, mix, path, stroke } from './svg.ts';

function upperLip(mouth: MouthShape): string {
  const { left, right, centre, innerTop, upperLip: thickness } = mouth;
  const half = (right.x - left.x) / 2;
  const peak = innerTop - thickness;
  return d(
    'M',
    left.x,
    left.y,
    'C',
    left.x + half * 0.35,
    (left.y + peak) / 2 - 1,
    centre.x - half * 0.42,
    peak - 0.4,
    centre.x - 4.2,
    peak,
    'Q',
    centre.x,
    peak + 2.2,
    centre.x + 4.2,
    peak,
    'C',
    centre.x + half * 0.42,
    peak - 0.4,
    right.x - half * 0.35,
    (right.y + peak) / 2 - 1,
    right.x,
    right.y,
    'C',
    right.x - half * 0.5,
    innerTop + (right.y - innerTop) * 0.25 + 0.6,
    centre.x + half * 0.4,
    innerTop + 0.6,
    centre.x,
    innerTop + 0.9,
    'C',
    centre.x - half * 0.4,
    innerTop + 0.6,
    left.x + half * 0.5,
    innerTop + (left.y - innerTop) * 0.25 + 0.6,
    left.x,
    left.y,
    'Z',
  );
}

function lowerLip(mouth: MouthShape): string {
  const { left, right, centre, innerBottom, lowerLip: thickness } = mouth;
  const half = (right.x - left.x) / 2;
  const rim = innerBottom + thickness;
  return d(
    'M',
    left.x,
    left.y,
    'C',
    left.x + half * 0.4,
    innerBottom + (left.y - innerBottom) * 0.2,
    centre.x - half * 0.42,
    innerBottom,
    centre.x,
    innerBottom,
    'C',
    centre.x + half * 0.42,
    innerBottom,
    right.x - half * 0.4,
    innerBottom + (right.y - innerBottom) * 0.2,
    right.x,
    right.y,
    'C',
    right.x - half * 0.3,
    rim - 0.5,
    centre.x + half * 0.45,
    rim + 0.5,
    centre.x,
    rim + 0.5,
    'C',
    centre.x - half * 0.45,
    rim + 0.5,
    left.x + half * 0.3,
    rim - 0.5,
    left.x,
    left.y,
    'Z',
  );
}

function cavity(mouth: MouthShape): string {
  const { left, right, centre, innerTop, innerBottom } = mouth;
  const half = (right.x - left.x) / 2;
  return d(
    'M',
    left.x,
    left.y,
    'C',
    left.x + half * 0.5,
    innerTop + (left.y - innerTop) * 0.25,
    centre.x - half * 0.4,
    innerTop,
    centre.x,
    innerTop,
    'C',
    centre.x + half * 0.4,
    innerTop,
    right.x - half * 0.5,
    innerTop + (right.y - innerTop) * 0.25,
    right.x,
    right.y,
    'C',
    right.x - half * 0.35,
    innerBottom + (right.y - innerBottom) * 0.12,
    centre.x + half * 0.45,
    innerBottom,
    centre.x,
    innerBottom,
    'C',
    centre.x - half * 0.45,
    innerBottom,
    left.x + half * 0.35,
    innerBottom + (left.y - innerBottom) * 0.12,
    left.x,
    left.y,
    'Z',
  );
}

/** Upper teeth show where lips part over them, lower teeth where the lip is stretched down; a dropped jaw shows the tongue. */
function interior(mouth: MouthShape, jaw: number, stretch: number): string {
  const { left, right, centre, innerTop, innerBottom } = mouth;
  const width = right.x - left.x;
  const gap = innerBottom - innerTop;
  const outline = cavity(mouth);
  const teeth = Math.min(gap * 0.75, jaw > 0.5 ? 5 : 8.5);
  const content = [path(outline, { fill: '#3A1210' })];
  if (jaw > 0.35) content.push(ellipse(centre.x, innerBottom - 1, width * 0.27, gap * 0.34, { fill: '#A4514D' }));
  content.push(
    path(
      d(
        'M',
        left.x,
        innerTop - 8,
        'H',
        right.x,
        'V',
        innerTop + teeth * 0.8,
        'Q',
        centre.x,
        innerTop + teeth * 1.25,
        left.x,
        innerTop + teeth * 0.8,
        'Z',
      ),
      {
        fill: '#F3EEE6',
        opacity: jaw > 0.5 ? 0.85 : 1,
      },
    ),
  );
  if (stretch > 0.4 && gap > 6)
    content.push(
      path(
        d(
          'M',
          left.x,
          innerBottom + 8,
          'H',
          right.x,
          'V',
          innerBottom - 3,
          'Q',
          centre.x,
          innerBottom - 4.2,
          left.x,
          innerBottom - 3,
          'Z',
        ),
        { fill: '#E5DDD3' },
      ),
    );
  return `<clipPath id="mouth"><path d="${outline}"/></clipPath>${group(content, { 'clip-path': 'url(#mouth)' })}`;
}

export function drawMouth(
  geometry: Geometry,
  identity: Identity,
  palette: Palette,
  jaw: number,
  stretch: number,
): string {
  const { mouth, creases } = geometry;
  const { left, right, centre, innerTop, innerBottom } = mouth;
  const half = (right.x - left.x) / 2;
  const open = innerBottom > innerTop;
  const parts = [path(lowerLip(mouth), { fill: mix(palette.lips, '#FFFFFF', 0.06) })];
  if (open) parts.push(interior(mouth, jaw, stretch));
  parts.push(path(upperLip(mouth), { fill: mix(palette.lips, '#2A0808', 0.12) }));
  if (!open)
    parts.push(
      path(
        d(
          'M',
          left.x,
          left.y,
          'C',
          left.x + half * 0.5,
          innerTop + (left.y - innerTop) * 0.25,
          centre.x - half * 0.4,
          innerTop,
          centre.x,
          innerTop + 0.6,
          'C',
          centre.x + half * 0.4,
          innerTop,
          right.x - half * 0.5,
          innerTop + (right.y - innerTop) * 0.25,
          right.x,
          right.y,
        ),
        stroke(palette.lipLine, 2.1),
      ),
    );
  // Corners, the light on the lower lip, the hollow under it, and the chin boss that 17 pushes up.
  for (const [point, side] of [
    [left, -1],
    [right, 1],
  ] as const)
    parts.push(
      path(
        d('M', point.x, point.y, 'l', side * 2, Math.sign(point.y - centre.y) * 1.6),
        stroke(palette.lipLine, 2.2, 0.7),
      ),
    );
  parts.push(
    ellipse(centre.x - 2, innerBottom + mouth.lowerLip * 0.5, half * 0.3, mouth.lowerLip * 0.16, {
      fill: '#FFFFFF',
      opacity: 0.16,
    }),
  );
  const under = innerBottom + mouth.lowerLip + 6;
  if (identity.beard !== 'full') {
    parts.push(
      path(
        d('M', centre.x - 10, under, 'Q', centre.x, under + 3.5 - 6 * creases.chin, centre.x + 10, under),
        stroke(palette.shade(0.6), 2, 0.3 + 0.35 * creases.chin),
      ),
    );
    if (creases.chin > 0.25)
      for (const [x, y] of [
        [-6, 8],
        [5, 7],
        [-1, 11],
        [8, 12],
        [-9, 13],
      ] as const)
        parts.push(
          ellipse(centre.x + x, under + y - 2, 1.6, 1.1, { fill: palette.shade(0.6), opacity: 0.4 * creases.chin }),
        );
  }
  return parts.join('');
}
