import type { EyeShape, Geometry } from './geometry.ts';
import type { Identity } from './identity.ts';
import type { Palette } from './palette.ts';
import type { Scene } from './scene.ts';
import { d, ellipse, group, mix, path, stroke } from './svg.ts';

/** Upper lid as one cubic from inner to outer corner. */
function upperLid({ inner, outer, centre, upper }: EyeShape): (string | number)[] {
  const third = (outer.x - inner.x) / 3;
  const top = centre.y - upper * 1.34;
  return ['C', inner.x + third * 0.75, top, outer.x - third * 0.95, top, outer.x, outer.y];
}

function eyeball(eye: EyeShape): string {
  const { inner, outer, centre, lower } = eye;
  const third = (outer.x - inner.x) / 3;
  const bottom = centre.y + lower * 1.34;
  return d(
    'M',
    inner.x,
    inner.y,
    ...upperLid(eye),
    'C',
    outer.x - third,
    bottom,
    inner.x + third,
    bottom,
    inner.x,
    inner.y,
    'Z',
  );
}

export function drawEye(eye: EyeShape, geometry: Geometry, identity: Identity, scene: Scene, palette: Palette): string {
  const { side, centre, inner, outer, upper, lower } = eye;
  const clip = side < 0 ? 'eye-left' : 'eye-right';
  const ball = eyeball(eye);
  const gaze = { x: centre.x + scene.yaw * 1.8, y: centre.y - 0.4 - scene.pitch };
  const lashes = identity.ruggedness > 0.5 ? 2.1 : 3.1;
  const wideOpen = Math.min(1, Math.max(0, (upper - 8.5) / 4));
  const parts = [
    ellipse(centre.x, centre.y - 3, 19, 14, { fill: palette.shade(0.6), opacity: 0.16 }),
    path(ball, { fill: mix('#F6F1EC', palette.skin, 0.1) }),
    `<clipPath id="${clip}"><path d="${ball}"/></clipPath>`,
    group(
      [
        ellipse(gaze.x, gaze.y, 7.5, 7.5, { fill: identity.iris }),
        ellipse(gaze.x, gaze.y, 7.5, 7.5, stroke(mix(identity.iris, '#000000', 0.5), 1.2, 0.8)),
        ellipse(gaze.x, gaze.y, 3.6, 3.6, { fill: '#0B0908' }),
        ellipse(gaze.x + scene.light * 2.6, gaze.y - 2.8, 1.7, 1.7, { fill: '#FFFFFF', opacity: 0.92 }),
        // The lid's shadow on the eyeball; lids torn open leave white above the iris instead.
        path(d('M', inner.x, inner.y, ...upperLid(eye)), stroke('#2A1A14', 5, 0.3 * (1 - wideOpen))),
      ],
      { 'clip-path': `url(#${clip})` },
    ),
    path(
      d('M', inner.x, inner.y, ...upperLid(eye), 'L', outer.x + side * 1.6, outer.y - 1),
      stroke(palette.lash, lashes),
    ),
    // Fold of the upper lid.
    path(
      d(
        'M',
        inner.x + side * 2,
        centre.y - upper * 0.75 - 4.5,
        'Q',
        centre.x,
        centre.y - upper * 1.15 - 6.5,
        outer.x,
        outer.y - 5,
      ),
      stroke(palette.shade(0.6), 1.5, 0.5),
    ),
    path(
      d(
        'M',
        inner.x + side * 2,
        inner.y + lower * 0.6 + 1,
        'Q',
        centre.x,
        centre.y + lower * 1.25 + 0.6,
        outer.x - side,
        outer.y + 0.8,
      ),
      stroke(palette.shade(0.65), 1.1, 0.5),
    ),
  ];
  // Bags and crow's feet: age, and the cheek raiser's squeeze.
  const bag = 0.14 + 0.3 * identity.age ** 2 + 0.45 * geometry.creases.cheek;
  parts.push(
    path(
      d(
        'M',
        inner.x + side * 1,
        centre.y + lower + 5.5,
        'Q',
        centre.x,
        centre.y + lower + 10,
        outer.x - side * 2,
        outer.y + lower * 0.6 + 5.5,
      ),
      stroke(palette.shade(0.62), 1.6, Math.min(0.65, bag)),
    ),
  );
  const feet = Math.max(geometry.creases.crowsFeet * 0.75, identity.age > 0.65 ? 0.35 : 0);
  if (feet > 0.15)
    for (const rise of [-5, -0.5, 4])
      parts.push(
        path(
          d('M', outer.x + side * 4, outer.y + rise * 0.5, 'l', side * 7, rise),
          stroke(palette.shade(0.6), 1.2, feet * 0.7),
        ),
      );
  return parts.join('');
}

export function drawBrow({ side, brow }: EyeShape, identity: Identity, palette: Palette): string {
  const { inner, arch, tail } = brow;
  const weight = identity.browWeight;
  const shape = d(
    'M',
    inner.x - side * 1,
    inner.y + weight * 0.45,
    'Q',
    inner.x - side * 2,
    inner.y - weight * 0.2,
    inner.x + side * 1.5,
    inner.y - weight * 0.62,
    'Q',
    arch.x - side * 2,
    arch.y - weight * 0.78,
    tail.x,
    tail.y,
    'Q',
    arch.x - side * 4,
    arch.y + weight * 0.6,
    inner.x - side * 1,
    inner.y + weight * 0.45,
    'Z',
  );
  return path(shape, { fill: palette.brow, opacity: identity.ruggedness > 0.5 ? 0.95 : 0.88 });
}

export function drawGlasses(geometry: Geometry, identity: Identity): string {
  if (identity.glasses === 'none') return '';
  const frame = stroke('#1D1D20', 2.6, 0.92);
  const [left, right] = geometry.eyes;
  const radius = identity.glasses === 'round' ? 19 : 8;
  const lens = ({ centre }: EyeShape): string =>
    `<rect x="${(centre.x - 20.5).toFixed(2)}" y="${(centre.y - 15).toFixed(2)}" width="41" height="34" rx="${radius}" fill="#FFFFFF" fill-opacity="0.06" stroke="#1D1D20" stroke-width="2.6"/>`;
  return [
    lens(left),
    lens(right),
    path(
      d(
        'M',
        left.centre.x + 20.5,
        left.centre.y - 1,
        'Q',
        geometry.midX,
        left.centre.y - 6,
        right.centre.x - 20.5,
        right.centre.y - 1,
      ),
      frame,
    ),
    path(
      d('M', left.centre.x - 20.5, left.centre.y - 4, 'L', geometry.headX - geometry.halfWidth, left.centre.y - 7),
      frame,
    ),
    path(
      d('M', right.centre.x + 20.5, right.centre.y - 4, 'L', geometry.headX + geometry.halfWidth, right.centre.y - 7),
      frame,
    ),
  ].join('');
}
