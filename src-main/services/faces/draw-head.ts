import type { Geometry } from './geometry.ts';
import type { Identity } from './identity.ts';
import type { Palette } from './palette.ts';
import type { Scene } from './scene.ts';
import { d, ellipse, group, mix, path, stroke } from './svg.ts';

export function headOutline({ headX: x, crownY, chinY, eyeY, halfWidth: w, jawHalf, chinHalf }: Geometry): string {
  const jawY = chinY - 26;
  return d(
    'M',
    x - w,
    eyeY - 8,
    'C',
    x - w,
    eyeY + 34,
    x - jawHalf - 3,
    jawY - 12,
    x - jawHalf + 4,
    jawY,
    'Q',
    x - chinHalf - 8,
    chinY - 3,
    x - chinHalf * 0.55,
    chinY - 0.5,
    'Q',
    x,
    chinY + 3,
    x + chinHalf * 0.55,
    chinY - 0.5,
    'Q',
    x + chinHalf + 8,
    chinY - 3,
    x + jawHalf - 4,
    jawY,
    'C',
    x + jawHalf + 3,
    jawY - 12,
    x + w,
    eyeY + 34,
    x + w,
    eyeY - 8,
    'C',
    x + w,
    eyeY - 58,
    x + w * 0.6,
    crownY,
    x,
    crownY,
    'C',
    x - w * 0.6,
    crownY,
    x - w,
    eyeY - 58,
    x - w,
    eyeY - 8,
    'Z',
  );
}

export function drawBody(geometry: Geometry, identity: Identity, palette: Palette): string {
  const { headX: x, chinY } = geometry;
  const neck = 30 + identity.ruggedness * 6;
  const shoulders = 214;
  return [
    path(d('M', x - neck, chinY - 40, 'L', x - neck - 3, 240, 'L', x + neck + 3, 240, 'L', x + neck, chinY - 40, 'Z'), {
      fill: palette.shade(0.3),
    }),
    path(
      d(
        'M',
        x - neck,
        chinY - 12,
        'Q',
        x,
        chinY + 22,
        x + neck,
        chinY - 12,
        'L',
        x + neck,
        chinY + 2,
        'Q',
        x,
        chinY + 30,
        x - neck,
        chinY + 2,
        'Z',
      ),
      { fill: palette.shade(0.6), opacity: 0.4 },
    ),
    path(
      d(
        'M',
        -30,
        260,
        'Q',
        -6,
        shoulders + 6,
        x - neck - 14,
        shoulders,
        'Q',
        x,
        238,
        x + neck + 14,
        shoulders,
        'Q',
        230,
        shoulders + 6,
        254,
        260,
        'Z',
      ),
      { fill: identity.clothes },
    ),
    path(
      d('M', x - neck - 14, shoulders, 'Q', x, 238, x + neck + 14, shoulders),
      stroke(mix(identity.clothes, '#000000', 0.35), 3, 0.7),
    ),
  ].join('');
}

export function drawEars(geometry: Geometry, palette: Palette, scene: Scene): string {
  return ([-1, 1] as const)
    .map((side) => {
      const x = geometry.headX + side * (geometry.halfWidth + 1.5) - scene.yaw * 2;
      const y = geometry.eyeY + 12;
      return (
        ellipse(x, y, 9, 16, { fill: palette.shade(side === Math.sign(scene.light) ? 0.1 : 0.26) }) +
        path(d('M', x + side * 2.5, y - 9, 'q', side * 4, 8, -side * 2, 17), stroke(palette.shade(0.55), 1.6, 0.6))
      );
    })
    .join('');
}

/** Skin with its shadow side, cheeks and stubble; clipped to the head. */
export function drawHead(geometry: Geometry, identity: Identity, palette: Palette, scene: Scene): string {
  const { headX: x, midX, eyeY, chinY, halfWidth, creases } = geometry;
  const outline = headOutline(geometry);
  const rise = 4 * creases.cheek;
  const content = [
    // The shadow side: a soft edge along the nose, stronger towards the ear.
    path(d('M', x - 90, 0, 'H', x + 90, 'V', chinY + 12, 'H', x - 90, 'Z'), {
      fill: 'url(#shadow)',
      opacity: 0.75 * scene.contrast,
    }),
  ];
  for (const side of [-1, 1]) {
    const cheekX = midX + side * 34;
    content.push(
      ellipse(cheekX, eyeY + 34 - rise, 15, 10.5, {
        fill: mix(palette.skin, '#C4503E', 0.5),
        opacity: 0.13 + 0.14 * creases.cheek,
      }),
    );
    if (creases.cheek > 0.2)
      content.push(
        ellipse(cheekX - side * 2, eyeY + 27 - rise, 11, 6, { fill: palette.lit(0.5), opacity: 0.28 * creases.cheek }),
      );
  }
  if (identity.beard === 'full' || identity.beard === 'stubble') {
    const hair = { fill: palette.hairDark, opacity: identity.beard === 'full' ? 0.92 : 0.2 };
    const y = eyeY + 22;
    content.push(
      path(
        d(
          'M',
          x - halfWidth - 4,
          y - 12,
          'Q',
          x - halfWidth + 4,
          y + 22,
          x - 36,
          y + 30,
          'Q',
          midX,
          y + 18,
          x + 36,
          y + 30,
          'Q',
          x + halfWidth - 4,
          y + 22,
          x + halfWidth + 4,
          y - 12,
          'L',
          x + halfWidth + 10,
          250,
          'L',
          x - halfWidth - 10,
          250,
          'Z',
        ),
        hair,
      ),
    );
  }
  if (identity.freckles)
    for (let i = 0; i < 18; i++) {
      const side = i % 2 === 0 ? -1 : 1;
      content.push(
        ellipse(midX + side * (10 + ((i * 37) % 34)), eyeY + 20 + ((i * 23) % 20), 1, 0.9, {
          fill: '#8A4A28',
          opacity: 0.35,
        }),
      );
    }
  return `${path(outline, { fill: 'url(#skin)' })}<clipPath id="head"><path d="${outline}"/></clipPath>${group(content, { 'clip-path': 'url(#head)' })}`;
}

export function drawNose(geometry: Geometry, palette: Palette, scene: Scene): string {
  const { nose, midX, eyeY, creases } = geometry;
  const { tip, half, lift } = nose;
  const dark = -Math.sign(scene.light);
  const wing = tip.y - 3 - lift;
  const parts = [
    path(
      d(
        'M',
        midX + dark * 5,
        eyeY - 6,
        'Q',
        tip.x + dark * 7,
        eyeY + 14,
        tip.x + dark * (half + 1),
        wing + 1,
        'Q',
        tip.x + dark * 6,
        tip.y + 3,
        tip.x,
        tip.y + 1,
        'L',
        tip.x,
        tip.y - 12,
        'Z',
      ),
      { fill: palette.shade(0.7), opacity: 0.14 + 0.16 * scene.contrast },
    ),
    path(d('M', midX - dark * 1.5, eyeY, 'L', tip.x - dark * 2, tip.y - 9), stroke(palette.lit(0.55), 3.6, 0.34)),
    path(
      d(
        'M',
        tip.x - half,
        wing - 5,
        'C',
        tip.x - half - 4,
        wing + 1,
        tip.x - half - 1,
        wing + 5,
        tip.x - half * 0.5,
        wing + 3.4,
        'Q',
        tip.x,
        tip.y + 5,
        tip.x + half * 0.5,
        wing + 3.4,
        'C',
        tip.x + half + 1,
        wing + 5,
        tip.x + half + 4,
        wing + 1,
        tip.x + half,
        wing - 5,
      ),
      stroke(palette.shade(0.72), 1.9, 0.85),
    ),
  ];
  for (const side of [-1, 1])
    parts.push(ellipse(tip.x + side * half * 0.48, wing + 2.4, 3, 1.9, { fill: palette.shade(0.9), opacity: 0.75 }));
  if (creases.noseWrinkle > 0.15)
    for (const side of [-1, 1])
      for (const row of [0, 6.5, 13])
        parts.push(
          path(
            d('M', midX + side * 2, eyeY + 1 + row, 'q', side * 4, -1.5, side * 8.5, -4.5),
            stroke(palette.shade(0.72), 1.7, 0.75 * creases.noseWrinkle),
          ),
        );
  return parts.join('');
}

/** Lines that muscles and years press into forehead, brows and cheeks. */
export function drawCreases(geometry: Geometry, identity: Identity, palette: Palette): string {
  const { midX, eyeY, eyes, creases, nose, mouth } = geometry;
  const line = palette.shade(0.66);
  const parts: string[] = [];
  const [left, right] = eyes;
  if (creases.frown > 0.2)
    for (const [side, brow] of [
      [-1, left.brow],
      [1, right.brow],
    ] as const) {
      const x = (brow.inner.x + midX) / 2;
      parts.push(
        path(d('M', x, brow.inner.y - 7, 'q', -side * 1.6, 7, side * 0.4, 14), stroke(line, 1.9, 0.7 * creases.frown)),
      );
    }
  const forehead = Math.max(creases.forehead * 0.75, identity.age > 0.6 ? 0.3 : 0);
  const top = Math.min(left.brow.arch.y, right.brow.arch.y);
  if (forehead > 0.2 && identity.style !== 'fringe')
    for (const row of [0, 1, 2]) {
      const width = 30 - row * 4;
      parts.push(
        path(
          d('M', midX - width, top - 9 - row * 7.5, 'q', width, -4 + 2 * creases.frown, width * 2, 0),
          stroke(line, 1.4, forehead * 0.55),
        ),
      );
    }
  const fold = Math.max(creases.nasolabial, identity.age > 0.6 ? 0.35 : 0.08);
  for (const [side, corner] of [
    [-1, mouth.left],
    [1, mouth.right],
  ] as const) {
    const x = nose.tip.x + side * (nose.half + 3);
    const y = nose.tip.y - 4 - nose.lift;
    parts.push(
      path(
        d(
          'M',
          x,
          y,
          'Q',
          corner.x + side * (9 + 3 * creases.nasolabial),
          (y + corner.y) / 2 - 3,
          corner.x + side * 7,
          corner.y - 1,
        ),
        stroke(line, 1.9, Math.min(0.72, fold * 0.75)),
      ),
    );
  }
  if (identity.age > 0.75) parts.push(path(d('M', midX - 40, eyeY + 44, 'q', 4, 10, 2, 18), stroke(line, 1.2, 0.25)));
  return parts.join('');
}

export function drawMoustache(geometry: Geometry, identity: Identity, palette: Palette): string {
  if (identity.beard !== 'moustache' && identity.beard !== 'full') return '';
  const { mouth, nose } = geometry;
  const { left, right, centre, innerTop, upperLip } = mouth;
  const under = innerTop - upperLip;
  const top = Math.min(under - 3, nose.tip.y + 7);
  const reach = (right.x - left.x) * 0.42;
  return path(
    d(
      'M',
      centre.x - reach,
      under + 2,
      'Q',
      centre.x - 16,
      top + 1,
      centre.x,
      top + 2,
      'Q',
      centre.x + 16,
      top + 1,
      centre.x + reach,
      under + 2,
      'Q',
      centre.x + 12,
      under + 1.5,
      centre.x,
      under + 1,
      'Q',
      centre.x - 12,
      under + 1.5,
      centre.x - reach,
      under + 2,
      'Z',
    ),
    { fill: palette.hairDark, opacity: 0.95 },
  );
}
