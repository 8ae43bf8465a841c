/** A drawing as SVG: shapes in order, with the gradients, blurs and clips they need. The field is 100 x 100. */
import { type Colour, css } from './colour.ts';

export type Point = readonly [x: number, y: number];

/** An outline: SVG path data and the box around its control points. */
export interface Path {
  readonly d: string;
  readonly box: readonly [left: number, top: number, right: number, bottom: number];
}

export interface Look {
  readonly opacity?: number;
  /** Standard deviation in units of the field. */
  readonly blur?: number;
}

/** Blurs up to this are drawn as graded lines: a filter costs the renderer a layer, and nobody sees the difference. */
const FEATHER = 0.85;

const round = (value: number): string => String(Math.round(value * 100) / 100);

/** A smooth open line through the points (Catmull-Rom as cubic Bezier); several runs meet in corners. */
export function smooth(runs: readonly (readonly Point[])[], closed = false): Path {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  const write = ([x, y]: Point): string => {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
    return `${round(x)} ${round(y)}`;
  };
  let d = '';
  for (const run of runs) {
    for (const [index, to] of run.entries()) {
      const from = run[index - 1];
      if (!from) {
        d += `${d === '' ? 'M' : 'L'}${write(to)}`;
        continue;
      }
      const before = run[index - 2] ?? from;
      const after = run[index + 1] ?? to;
      const one: Point = [from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6];
      const two: Point = [to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6];
      d += `C${write(one)} ${write(two)} ${write(to)}`;
    }
  }
  return { d: closed ? `${d}Z` : d, box };
}

/** A smooth closed outline through the points, without a corner where it begins. */
export function loop(points: readonly Point[]): Path {
  const count = points.length;
  const at = (index: number): Point => points[(index + count) % count] ?? [0, 0];
  const run = Array.from({ length: count + 3 }, (_, index) => at(index - 1));
  const whole = smooth([run], false);
  // The first and the last piece only lend their direction; what is kept begins and ends at the first point.
  const pieces = whole.d.slice(1).split('C');
  return { d: `M${round(at(0)[0])} ${round(at(0)[1])}C${pieces.slice(2, count + 2).join('C')}Z`, box: whole.box };
}

export class Sheet {
  readonly #definitions: string[] = [];
  readonly #body: string[] = [];
  #names = 0;

  fill(path: Path, paint: Colour | string, { opacity = 1, blur = 0 }: Look = {}): void {
    const colour = typeof paint === 'string' ? paint : css(paint);
    if (blur > FEATHER) {
      this.#draw(path, `fill="${colour}"${faint('fill', opacity)}${this.#blur(path, blur, 0)}`, opacity);
      return;
    }
    this.#draw(path, `fill="${colour}"${faint('fill', opacity)}`, opacity);
    if (blur > 0) this.#line(path, colour, blur * 1.6, opacity * 0.35);
  }

  stroke(path: Path, paint: Colour, width: number, { opacity = 1, blur = 0 }: Look = {}): void {
    const colour = css(paint);
    if (blur > FEATHER) this.#line(path, colour, width, opacity, this.#blur(path, blur, width));
    else if (blur === 0) this.#line(path, colour, width, opacity);
    else {
      // Three lines of which each covers the next: together as dense in the middle as the one asked for.
      const each = 1 - (1 - Math.min(0.98, opacity)) ** (1 / 3);
      for (const wide of [width + 1.8 * blur, width + 0.4 * blur, Math.max(width * 0.3, width - blur)])
        this.#line(path, colour, wide, each);
    }
  }

  /** A soft spot: an ellipse that fades to nothing at its edge. */
  glow([x, y]: Point, [across, down]: Point, colour: Colour, opacity: number): void {
    if (opacity <= 0) return;
    const paint = this.radial([
      [0, colour, opacity],
      [0.5, colour, opacity * 0.55],
      [1, colour, 0],
    ]);
    this.ellipse([x, y], [across, down], paint);
  }

  ellipse([x, y]: Point, [across, down]: Point, paint: Colour | string, opacity = 1): void {
    const colour = typeof paint === 'string' ? paint : css(paint);
    const shape = `cx="${round(x)}" cy="${round(y)}" rx="${round(Math.abs(across))}" ry="${round(Math.abs(down))}"`;
    this.#body.push(`<ellipse ${shape} fill="${colour}"${faint('fill', opacity)}/>`);
  }

  rectangle(paint: Colour | string, opacity = 1, [x, y, width, height] = [-60, -60, 220, 220]): void {
    const colour = typeof paint === 'string' ? paint : css(paint);
    this.#body.push(
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${colour}"${faint('fill', opacity)}/>`,
    );
  }

  /** A radial gradient over the box of what it fills, centred at shares of the box. */
  radial(stops: readonly (readonly [number, Colour, number?])[], centre: Point = [0.5, 0.5], reach = 0.5): string {
    const name = this.#name();
    const place = `cx="${round(centre[0])}" cy="${round(centre[1])}" r="${round(reach)}"`;
    this.#definitions.push(`<radialGradient id="${name}" ${place}>${stops.map(stop).join('')}</radialGradient>`);
    return `url(#${name})`;
  }

  /** A linear gradient over the box of what it fills, from one share of the box to another. */
  linear(stops: readonly (readonly [number, Colour, number?])[], from: Point = [0, 0], to: Point = [0, 1]): string {
    const name = this.#name();
    const line = `x1="${round(from[0])}" y1="${round(from[1])}" x2="${round(to[0])}" y2="${round(to[1])}"`;
    this.#definitions.push(`<linearGradient id="${name}" ${line}>${stops.map(stop).join('')}</linearGradient>`);
    return `url(#${name})`;
  }

  /** Draws what `inside` draws, seen only within the outline. */
  within(path: Path, inside: () => void): void {
    const name = this.#name();
    this.#definitions.push(`<clipPath id="${name}"><path d="${path.d}"/></clipPath>`);
    this.group(`clip-path="url(#${name})"`, inside);
  }

  group(attributes: string, inside: () => void): void {
    this.#body.push(`<g ${attributes}>`);
    inside();
    this.#body.push('</g>');
  }

  /** The whole drawing, `size` pixels wide and high. */
  svg(size: number): string {
    const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="${size}" height="${size}">`;
    return `${open}<defs>${this.#definitions.join('')}</defs>${this.#body.join('')}</svg>`;
  }

  #draw(path: Path, look: string, opacity: number): void {
    if (opacity > 0) this.#body.push(`<path d="${path.d}" ${look}/>`);
  }

  #line(path: Path, colour: string, width: number, opacity: number, filter = ''): void {
    const line = `fill="none" stroke="${colour}" stroke-width="${round(width)}"${faint('stroke', opacity)}`;
    this.#draw(path, `${line} stroke-linecap="round" stroke-linejoin="round"${filter}`, opacity);
  }

  /** A blur of its own for each shape: its region is no larger than what it blurs, which is most of its cost. */
  #blur({ box }: Path, deviation: number, margin: number): string {
    const name = this.#name();
    const wide = deviation * 3 + margin;
    const region = [box[0] - wide, box[1] - wide, box[2] - box[0] + 2 * wide, box[3] - box[1] + 2 * wide].map(round);
    this.#definitions.push(
      `<filter id="${name}" filterUnits="userSpaceOnUse" x="${region[0]}" y="${region[1]}" width="${region[2]}" ` +
        `height="${region[3]}" color-interpolation-filters="sRGB"><feGaussianBlur stdDeviation="${round(deviation)}"/></filter>`,
    );
    return ` filter="url(#${name})"`;
  }

  #name(): string {
    this.#names += 1;
    return `d${this.#names}`;
  }
}

/** Opacity of the paint: that of the element would cost the renderer a layer of its own. */
function faint(paint: 'fill' | 'stroke', opacity = 1): string {
  return opacity < 1 ? ` ${paint}-opacity="${round(opacity)}"` : '';
}

function stop([at, colour, opacity = 1]: readonly [number, Colour, number?]): string {
  const see = opacity < 1 ? ` stop-opacity="${round(opacity)}"` : '';
  return `<stop offset="${round(at)}" stop-color="${css(colour)}"${see}/>`;
}
