/** How a figure is drawn on paper: the light theme's colours as values, since a file of its own has no stylesheet. */
import type { Expression } from '../domain/expression.ts';

export const PAPER = {
  ground: '#ffffff',
  text: '#161616',
  quiet: '#525252',
  line: '#d6d6d6',
  edge: '#767676',
} as const;

export const PAPER_CLASSES: Readonly<Record<Expression, string>> = {
  neutral: '#8a878c',
  happy: '#7a6800',
  sad: '#001eac',
  surprise: '#056f8a',
  fear: '#bb59f9',
  disgust: '#0e4a20',
  anger: '#ce6b60',
  contempt: '#711f4b',
};

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML 1.0 has: no controls but tab and line ends, no non-characters. */
function isXml(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x20 ? code !== 0xfffe && code !== 0xffff : code === 9 || code === 10 || code === 13;
}

/** Text as it may stand in XML; what XML has no way to write is left out. */
export function escaped(text: string): string {
  return Array.from(text.toWellFormed(), (one) => (isXml(one) ? (NAMED[one] ?? one) : '')).join('');
}

type Value = string | number | null | undefined;

/** An element; attributes without a value are left out, numbers are written with at most two decimals. */
export function element(name: string, attributes: Readonly<Record<string, Value>>, content = ''): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === null || value === undefined
      ? []
      : [` ${key}="${typeof value === 'number' ? String(Math.round(value * 100) / 100) : escaped(value)}"`],
  );
  return `<${name}${written.join('')}${content === '' ? '/>' : `>${content}</${name}>`}`;
}

interface TextStyle {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly fill?: string;
  readonly weight?: number;
}

/** A line of text; `y` is its baseline. */
export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 12, anchor, fill = PAPER.text, weight } = style;
  return element(
    'text',
    { x, y, 'font-size': size, 'text-anchor': anchor, 'font-weight': weight, fill },
    escaped(content),
  );
}

/** Cut to about so many characters, in the middle: a path's ends tell most. */
export function shortened(name: string, most: number): string {
  if (name.length <= most) return name;
  const half = Math.floor((most - 1) / 2);
  return `${name.slice(0, half)}…${name.slice(name.length - half)}`;
}
