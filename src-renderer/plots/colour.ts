/** How colours differ for people: contrast, and distance with normal sight and simulated colour blindness. */

/** Red, green, blue from 0 to 255. */
type Rgb = readonly [number, number, number];

/** #rrggbb or #rgb; null for anything else. */
export function parseHex(text: string): Rgb | null {
  const short = /^#([\da-f])([\da-f])([\da-f])$/i.exec(text.trim());
  const digits =
    short === null
      ? text.trim()
      : `#${short
          .slice(1)
          .map((digit) => digit + digit)
          .join('')}`;
  const long = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(digits);
  if (long === null) return null;
  const [red = 0, green = 0, blue = 0] = long.slice(1).map((pair) => parseInt(pair, 16));
  return [red, green, blue];
}

function each<T>([first, second, third]: readonly [T, T, T], of: (part: T) => number): Rgb {
  return [of(first), of(second), of(third)];
}

/** sRGB's transfer function, inverted: light from 0 to 1. */
function linear(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = each(colour, linear);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio, 1 to 21 (WCAG 2.2). */
export function contrast(a: Rgb, b: Rgb): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

type Matrix = readonly [Rgb, Rgb, Rgb];
const NORMAL: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** On linear light, severity 1.0: Machado, Oliveira & Fernandes 2009, table of the paper's page. */
export const SIGHTS: Readonly<Record<'normal' | 'protanopia' | 'deuteranopia' | 'tritanopia', Matrix>> = {
  normal: NORMAL,
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
export type Sight = keyof typeof SIGHTS;

const dot = (row: Rgb, of: Rgb): number => row[0] * of[0] + row[1] * of[1] + row[2] * of[2];
const WHITE: Rgb = [0.95047, 1, 1.08883];
const TO_XYZ: Matrix = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];

/** CIE L*a*b* under D65, as the eye with this sight sees the colour. */
function lab(colour: Rgb, sight: Sight): Rgb {
  const light = each(colour, linear);
  const seen = each(SIGHTS[sight], (row) => Math.min(1, Math.max(0, dot(row, light))));
  const share = (row: Rgb, white: number): number => dot(row, seen) / white;
  const [x, y, z] = each(
    [share(TO_XYZ[0], WHITE[0]), share(TO_XYZ[1], WHITE[1]), share(TO_XYZ[2], WHITE[2])],
    (part) => (part > 216 / 24389 ? Math.cbrt(part) : ((24389 / 27) * part + 16) / 116),
  );
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const DEGREE = Math.PI / 180;

/** CIEDE2000 of two colours in L*a*b* (Sharma, Wu & Dalal 2005, with their numbering of the equations). */
export function deltaE2000([l1, a1, b1]: Rgb, [l2, a2, b2]: Rgb): number {
  const meanC = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = (1 - Math.sqrt(meanC ** 7 / (meanC ** 7 + 25 ** 7))) / 2;
  const [ap1, ap2] = [(1 + g) * a1, (1 + g) * a2];
  const [c1, c2] = [Math.hypot(ap1, b1), Math.hypot(ap2, b2)];
  const hue = (a: number, b: number): number => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / DEGREE + 360) % 360);
  const [h1, h2] = [hue(ap1, b1), hue(ap2, b2)];
  const grey = c1 * c2 === 0;
  const turn = grey ? 0 : ((h2 - h1 + 540) % 360) - 180;
  const [dl, dc, dh] = [l2 - l1, c2 - c1, 2 * Math.sqrt(c1 * c2) * Math.sin((turn / 2) * DEGREE)];
  const [meanL, meanCp] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const far = Math.abs(h1 - h2) > 180;
  const meanH = grey ? h1 + h2 : (h1 + h2) / 2 + (far ? (h1 + h2 < 360 ? 180 : -180) : 0);
  const cos = (degrees: number): number => Math.cos(degrees * DEGREE);
  const t = 1 - 0.17 * cos(meanH - 30) + 0.24 * cos(2 * meanH) + 0.32 * cos(3 * meanH + 6) - 0.2 * cos(4 * meanH - 63);
  const rotation = 60 * Math.exp(-(((meanH - 275) / 25) ** 2));
  const chroma = 2 * Math.sqrt(meanCp ** 7 / (meanCp ** 7 + 25 ** 7));
  const sl = 1 + (0.015 * (meanL - 50) ** 2) / Math.sqrt(20 + (meanL - 50) ** 2);
  const [fl, fc, fh] = [dl / sl, dc / (1 + 0.045 * meanCp), dh / (1 + 0.015 * meanCp * t)];
  return Math.sqrt(fl ** 2 + fc ** 2 + fh ** 2 - Math.sin(rotation * DEGREE) * chroma * fc * fh);
}

/** CIEDE2000 of two colours as this sight sees them. */
export function distance(a: Rgb, b: Rgb, sight: Sight = 'normal'): number {
  return deltaE2000(lab(a, sight), lab(b, sight));
}
