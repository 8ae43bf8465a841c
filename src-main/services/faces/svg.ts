/** Small words for writing SVG: numbers with two decimals (the same bytes everywhere), colours, shapes. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function n(value: number): string {
  return (Math.round(value * 100) / 100).toString();
}

/** Path data from letters and numbers: `d('M', 1, 2, 'Q', …)`. */
export function d(...parts: readonly (string | number)[]): string {
  return parts.map((part) => (typeof part === 'number' ? n(part) : part)).join(' ');
}

export type Paint = Readonly<Record<string, string | number>>;

function attributes(paint: Paint): string {
  return Object.entries(paint)
    .map(([name, value]) => `${name}="${typeof value === 'number' ? n(value) : value}"`)
    .join(' ');
}

export function path(data: string, paint: Paint): string {
  return `<path d="${data}" ${attributes(paint)}/>`;
}

export function ellipse(x: number, y: number, rx: number, ry: number, paint: Paint): string {
  return `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" ${attributes(paint)}/>`;
}

export function stroke(colour: string, width: number, opacity = 1): Paint {
  return {
    fill: 'none',
    stroke: colour,
    'stroke-width': width,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
    opacity,
  };
}

export function group(content: readonly string[], paint: Paint = {}): string {
  return `<g ${attributes(paint)}>${content.join('')}</g>`;
}

function channels(hex: string): readonly [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Colour between two, by share of the second; both as #RRGGBB. */
export function mix(from: string, to: string, share: number): string {
  const [a, b] = [channels(from), channels(to)];
  const part = (index: 0 | 1 | 2): string =>
    Math.round(a[index] + (b[index] - a[index]) * share)
      .toString(16)
      .padStart(2, '0');
  return `#${part(0)}${part(1)}${part(2)}`;
}
