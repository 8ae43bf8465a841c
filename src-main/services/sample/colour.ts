/** Colours of the drawn faces: sRGB, three numbers of 0 .. 255. */

export type Colour = readonly [red: number, green: number, blue: number];

export const BLACK: Colour = [0, 0, 0];
export const WHITE: Colour = [255, 255, 255];

/** The colour written #RRGGBB. */
export function hex(text: string): Colour {
  const value = Number.parseInt(text.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** From `one` (amount 0) to `other` (amount 1), channel by channel. */
export function mix(one: Colour, other: Colour, amount: number): Colour {
  const between = (index: 0 | 1 | 2) => one[index] + (other[index] - one[index]) * amount;
  return [between(0), between(1), between(2)];
}

/** The colour as SVG writes it. */
export function css(colour: Colour): string {
  const digits = colour.map((channel) =>
    Math.max(0, Math.min(255, Math.round(channel)))
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${digits.join('')}`;
}

/** Perceived lightness 0 .. 1 (Rec. 601 luma). */
export function luma(colour: Colour): number {
  return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255;
}
