/** A chart as plain data: axes, lines, and marks that can be walked along and opened. Pure functions make it, MarksPlot draws it. */
import { ticks } from 'd3-array';
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import type { Expression } from '../../src-shared/domain/expression.ts';

export interface Tick {
  /** Pixels along the axis. */
  readonly at: number;
  readonly text: string;
}

export interface Mark {
  readonly id: string;
  /** Path data in pixels. */
  readonly d: string;
  /** How it is filled: text colour, quiet grey, or a class's own colour. */
  readonly tone: 'full' | 'ghost' | Expression;
  /** Strength of the fill, 0..1; 1 where it is not given. */
  readonly alpha?: number;
  /** Where its tooltip stands. */
  readonly x: number;
  readonly y: number;
  /** An interval: a vertical line with pixels of both ends. */
  readonly whisker?: readonly [low: number, high: number];
  /** Read aloud, and shown in the tooltip. */
  readonly text: string;
  /** The gallery's query for exactly the images it counts; null where it counts none. */
  readonly q: string | null;
}

export interface Stroke {
  readonly d: string;
  readonly style: 'line' | 'dashed' | 'reference';
  readonly name: string;
  /** Where its name stands, if it is written beside it. */
  readonly label?: { readonly x: number; readonly y: number };
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly strokes: readonly Stroke[];
  readonly marks: readonly Mark[];
}

export interface Frame extends Pick<Drawing, 'width' | 'height' | 'left' | 'right' | 'top' | 'bottom'> {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Room for the numbers at the left, the y axis's name above, and the x axis's numbers and name below. */
const MARGIN = { left: 40, right: 10, top: 22, bottom: 36 };

export function frame({ width, height }: Size, x: readonly [number, number], y: readonly [number, number]): Frame {
  const [left, right] = [MARGIN.left, Math.max(MARGIN.left + 10, width - MARGIN.right)];
  const [top, bottom] = [MARGIN.top, Math.max(MARGIN.top + 10, height - MARGIN.bottom)];
  return {
    width,
    height,
    left,
    right,
    top,
    bottom,
    x: scaleLinear([...x], [left, right]),
    y: scaleLinear([...y], [bottom, top]),
  };
}

/** Ticks of a scale, about `wanted` of them. */
export function ticksOf(scale: ScaleLinear<number, number>, wanted: number, text: (value: number) => string): Tick[] {
  const [from = 0, to = 1] = scale.domain();
  return ticks(from, to, wanted).map((value) => ({ at: scale(value), text: text(value) }));
}

/** Pixels with a tenth: what a path needs. */
export const px = (value: number): string => (Math.round(value * 10) / 10).toString();

export function rectPath(x1: number, y1: number, x2: number, y2: number): string {
  return `M${px(x1)} ${px(y1)}H${px(x2)}V${px(y2)}H${px(x1)}z`;
}

export function linePath(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`).join('');
}

export function dotPath(x: number, y: number, r: number): string {
  return `M${px(x - r)} ${px(y)}a${px(r)} ${px(r)} 0 1 0 ${px(2 * r)} 0a${px(r)} ${px(r)} 0 1 0 ${px(-2 * r)} 0z`;
}

/** The mark that a key moves to, or null for other keys. */
export function moveMark(from: number, key: string, marks: number): number | null {
  const clamp = (to: number): number => Math.min(marks - 1, Math.max(0, to));
  const target = { ArrowLeft: from - 1, ArrowDown: from - 1, ArrowRight: from + 1, ArrowUp: from + 1 }[key];
  if (target !== undefined) return clamp(target);
  return key === 'Home' ? 0 : key === 'End' ? marks - 1 : null;
}
