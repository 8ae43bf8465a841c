import type { Geometry } from './geometry.ts';
import type { Identity } from './identity.ts';
import type { Palette } from './palette.ts';
import type { Scene } from './scene.ts';
import { d, ellipse, mix, path, stroke } from './svg.ts';

/** What hangs behind the head. */
export function drawHairBehind(
  { headX: x, eyeY, halfWidth: w }: Geometry,
  identity: Identity,
  palette: Palette,
): string {
  const { style, clothes } = identity;
  const fill = { fill: palette.hairDark };
  if (style === 'long')
    return path(
      d(
        'M',
        x - w - 17,
        250,
        'C',
        x - w - 20,
        120,
        x - w - 22,
        6,
        x,
        6,
        'C',
        x + w + 22,
        6,
        x + w + 20,
        120,
        x + w + 17,
        250,
        'Z',
      ),
      fill,
    );
  if (style === 'bob' || style === 'fringe')
    return path(
      d(
        'M',
        x - w - 11,
        184,
        'C',
        x - w - 21,
        120,
        x - w - 20,
        6,
        x,
        6,
        'C',
        x + w + 20,
        6,
        x + w + 21,
        120,
        x + w + 11,
        184,
        'Q',
        x + w - 8,
        194,
        x + w - 18,
        176,
        'L',
        x - w + 18,
        176,
        'Q',
        x - w + 8,
        194,
        x - w - 11,
        184,
        'Z',
      ),
      fill,
    );
  if (style === 'bun')
    return (
      ellipse(x + 2, 12, 24, 21, fill) +
      path(
        d(
          'M',
          x - w - 3,
          eyeY,
          'C',
          x - w - 8,
          24,
          x - 40,
          12,
          x,
          12,
          'C',
          x + 40,
          12,
          x + w + 8,
          24,
          x + w + 3,
          eyeY,
          'Z',
        ),
        fill,
      )
    );
  if (style === 'scarf')
    return path(
      d(
        'M',
        x - w - 24,
        250,
        'C',
        x - w - 27,
        140,
        x - w - 18,
        2,
        x,
        2,
        'C',
        x + w + 18,
        2,
        x + w + 27,
        140,
        x + w + 24,
        250,
        'Z',
      ),
      { fill: mix(clothes, '#000000', 0.3) },
    );
  if (style === 'afro') return curls(x, 76, w + 15, 62, 17, 21, palette, 1);
  return '';
}

/** A wreath of round locks over the upper half of an ellipse. */
function curls(
  x: number,
  y: number,
  rx: number,
  ry: number,
  count: number,
  radius: number,
  palette: Palette,
  seed: number,
): string {
  return Array.from({ length: count }, (_, i) => {
    const angle = Math.PI * (1.06 - (i / (count - 1)) * 1.12);
    const size = radius * (0.88 + (((i * 7 + seed * 3) % 5) / 4) * 0.26);
    const colour = i % 3 === 0 ? palette.hair : mix(palette.hair, palette.hairDark, i % 3 === 1 ? 0.6 : 1);
    return ellipse(x + Math.cos(angle) * rx, y - Math.sin(angle) * ry, size, size, { fill: colour });
  }).join('');
}

/** A close cap of hair: down to `line` at the middle of the forehead, risen to `crown`. */
function cap({ headX: x, eyeY, halfWidth: w }: Geometry, crown: number, line: number, dip: number): string {
  return d(
    'M',
    x - w - 1.5,
    eyeY + 2,
    'C',
    x - w - 7,
    eyeY - 62,
    x - 44,
    crown,
    x,
    crown,
    'C',
    x + 44,
    crown,
    x + w + 7,
    eyeY - 62,
    x + w + 1.5,
    eyeY + 2,
    'L',
    x + w - 4,
    eyeY - 18,
    'Q',
    x + w - 8,
    line + 16,
    x + w * 0.55,
    line + dip,
    'Q',
    x,
    line - dip,
    x - w * 0.55,
    line + dip,
    'Q',
    x - w + 8,
    line + 16,
    x - w + 4,
    eyeY - 18,
    'Z',
  );
}

/** What lies on the forehead and around the face. */
export function drawHairFront(geometry: Geometry, identity: Identity, palette: Palette, scene: Scene): string {
  const { headX: x, eyeY, halfWidth: w, chinY } = geometry;
  const fill = { fill: palette.hair };
  const shine = (data: string): string => path(data, stroke(palette.hairLight, 3.2, 0.35));
  const left = x - w;
  const right = x + w;
  const side = Math.sign(scene.light);
  switch (identity.style) {
    case 'bald':
      return (
        ellipse(x + side * 20, 46, 17, 10, { fill: '#FFFFFF', opacity: 0.16 }) +
        ([-1, 1] as const)
          .map((s) =>
            path(
              d(
                'M',
                x + s * (w + 1),
                eyeY + 2,
                'Q',
                x + s * (w + 5),
                eyeY - 30,
                x + s * (w - 6),
                eyeY - 44,
                'Q',
                x + s * (w - 7),
                eyeY - 20,
                x + s * (w - 5),
                eyeY - 6,
                'Z',
              ),
              { fill: palette.hair, opacity: 0.7 },
            ),
          )
          .join('')
      );
    case 'buzz':
      return path(cap(geometry, 21, 50, 3), { fill: palette.hair, opacity: 0.85 });
    case 'crop':
      return path(cap(geometry, 12, 53, 5), fill) + shine(d('M', x - 40, 36, 'Q', x, 14, x + 40, 33));
    case 'side-part':
      return (
        path(
          d(
            'M',
            left - 2,
            eyeY + 4,
            'C',
            left - 8,
            40,
            x - 44,
            8,
            x + 4,
            9,
            'C',
            x + 50,
            9,
            right + 8,
            44,
            right + 2,
            eyeY + 4,
            'L',
            right - 4,
            eyeY - 22,
            'Q',
            right - 5,
            62,
            x + 30,
            40,
            'Q',
            x - 6,
            64,
            left + 14,
            66,
            'Q',
            left + 6,
            78,
            left + 4,
            eyeY - 14,
            'Z',
          ),
          fill,
        ) + shine(d('M', x + 28, 38, 'Q', x - 8, 28, left + 16, 56))
      );
    case 'quiff':
      return (
        path(
          d(
            'M',
            left - 2,
            eyeY,
            'C',
            left - 6,
            48,
            left + 6,
            14,
            x - 10,
            2,
            'C',
            x + 34,
            -4,
            right + 8,
            34,
            right + 2,
            eyeY,
            'L',
            right - 4,
            eyeY - 24,
            'Q',
            right - 9,
            60,
            x + 28,
            50,
            'Q',
            x - 14,
            34,
            left + 15,
            60,
            'Q',
            left + 5,
            72,
            left + 4,
            eyeY - 18,
            'Z',
          ),
          fill,
        ) + shine(d('M', left + 20, 44, 'Q', x - 4, 8, x + 44, 34))
      );
    case 'curly':
      return curls(x, 66, w - 2, 40, 13, 16, palette, 2) + curls(x, 60, w - 20, 30, 9, 13, palette, 3);
    case 'afro':
      return curls(x, 70, w - 2, 46, 13, 15, palette, 4) + curls(x, 62, w - 18, 34, 10, 13, palette, 5);
    case 'bob':
    case 'long': {
      const end = identity.style === 'long' ? 236 : 178;
      const part = x + side * 12;
      return (
        path(
          d(
            'M',
            left - 10,
            end,
            'C',
            left - 13,
            130,
            left - 14,
            8,
            x,
            8,
            'C',
            right + 14,
            8,
            right + 13,
            130,
            right + 10,
            end,
            'C',
            right + 3,
            140,
            right + 3,
            104,
            right - 3,
            90,
            'Q',
            right - 12,
            58,
            part,
            38,
            'Q',
            left + 12,
            58,
            left + 3,
            90,
            'C',
            left - 3,
            104,
            left - 3,
            140,
            left - 10,
            end,
            'Z',
          ),
          fill,
        ) +
        shine(d('M', part - 4, 36, 'Q', left + 10, 44, left - 2, 90)) +
        shine(d('M', part + 4, 36, 'Q', right - 10, 44, right + 2, 90))
      );
    }
    case 'fringe':
      return (
        path(
          d(
            'M',
            left - 10,
            178,
            'C',
            left - 13,
            120,
            left - 14,
            8,
            x,
            8,
            'C',
            right + 14,
            8,
            right + 13,
            120,
            right + 10,
            178,
            'C',
            right + 2,
            134,
            right + 2,
            104,
            right - 1,
            88,
            'Q',
            right - 5,
            72,
            right - 9,
            66,
            'Q',
            x,
            72,
            left + 9,
            66,
            'Q',
            left + 5,
            72,
            left + 1,
            88,
            'C',
            left - 2,
            104,
            left - 2,
            134,
            left - 10,
            178,
            'Z',
          ),
          fill,
        ) +
        [-26, -8, 10, 28]
          .map((offset) =>
            path(
              d('M', x + offset * 0.7, 22, 'Q', x + offset, 44, x + offset * 1.15, 66),
              stroke(palette.hairDark, 1.6, 0.35),
            ),
          )
          .join('')
      );
    case 'bun':
      return (
        path(cap(geometry, 10, 50, 7), fill) +
        shine(d('M', x - 40, 48, 'Q', x - 22, 20, x, 12)) +
        shine(d('M', x + 40, 48, 'Q', x + 22, 20, x, 12))
      );
    case 'scarf': {
      const cloth = identity.clothes;
      return (
        path(
          d(
            'M',
            left - 14,
            250,
            'C',
            left - 20,
            134,
            left - 18,
            4,
            x,
            4,
            'C',
            right + 18,
            4,
            right + 20,
            134,
            right + 14,
            250,
            'L',
            x + 18,
            250,
            'Q',
            right - 4,
            196,
            right - 1,
            116,
            'C',
            right - 1,
            62,
            x + 36,
            42,
            x,
            42,
            'C',
            x - 36,
            42,
            left + 1,
            62,
            left + 1,
            116,
            'Q',
            left + 4,
            196,
            x - 18,
            250,
            'Z',
          ),
          { fill: cloth },
        ) +
        path(
          d(
            'M',
            left + 8,
            chinY + 8,
            'Q',
            x,
            chinY + 26,
            right - 8,
            chinY + 8,
            'L',
            right + 20,
            256,
            'L',
            left - 20,
            256,
            'Z',
          ),
          { fill: mix(cloth, '#000000', 0.14) },
        ) +
        path(
          d('M', x - 48, 40, 'Q', x - 62, 80, x - 58, 140, 'M', x + 52, 36, 'Q', x + 68, 88, x + 62, 148),
          stroke(mix(cloth, '#000000', 0.4), 2, 0.4),
        )
      );
    }
  }
}
