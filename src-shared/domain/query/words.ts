import type { Span } from './ast.ts';

/** A word as it stands in the text, before anything is known of its meaning. */
export interface RawWord extends Span {
  readonly negated: boolean;
  /** The name before the operator, with its @ where it is a further fact; null for a bare word or quoted text. */
  readonly field: string | null;
  /** ':' or a comparison; '' without a field. */
  readonly operator: string;
  /** Values separated by commas, quotes removed. */
  readonly values: readonly string[];
  readonly quoted: boolean;
  readonly unclosed: boolean;
}

/** `label:` needs its value at once, `sigma > .6` may breathe. */
const FIELD = /(@"[^"]+"|@?[\p{L}_][\p{L}\p{N}_]*)(:|\s*(?:>=|<=|>|<|=)\s*)/uy;
const BARE = /[^\s,"]+/y;
const SPACE = /\s*/y;

class Scanner {
  readonly #text: string;
  position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.position >= this.#text.length;
  }

  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.#text);
    if (match !== null) this.position = pattern.lastIndex;
    return match;
  }

  takeChar(char: string): boolean {
    if (this.#text[this.position] !== char) return false;
    this.position += 1;
    return true;
  }

  /** Text up to the closing quote, with \" and \\ undone; null when the quote is not closed (then all the rest is taken). */
  takeQuoted(): string | null {
    let value = '';
    while (!this.done) {
      const char = this.#text[this.position] ?? '';
      this.position += 1;
      if (char === '"') return value;
      if (char === '\\' && !this.done) {
        value += this.#text[this.position] ?? '';
        this.position += 1;
      } else value += char;
    }
    return null;
  }
}

/** One value, quoted or bare; '' where there is none. */
function takeValue(scanner: Scanner, bare: RegExp): { value: string; quoted: boolean; unclosed: boolean } {
  if (scanner.takeChar('"')) {
    const value = scanner.takeQuoted();
    return { value: value ?? '', quoted: true, unclosed: value === null };
  }
  return { value: scanner.take(bare)?.[0] ?? '', quoted: false, unclosed: false };
}

/** Splits a query into words: `-field:value,"another value"`, `field >= 1`, `"free text"`, `word`. */
export function splitWords(text: string): RawWord[] {
  const scanner = new Scanner(text);
  const words: RawWord[] = [];
  for (scanner.take(SPACE); !scanner.done; scanner.take(SPACE)) {
    const start = scanner.position;
    const negated = scanner.takeChar('-');
    const head = scanner.take(FIELD);
    const field = head?.[1] ?? null;
    const operator = (head?.[2] ?? '').trim();
    const values: string[] = [];
    let quoted = false;
    let unclosed = false;
    if (field === null) {
      const only = takeValue(scanner, /[^\s"]+/y);
      values.push(only.value);
      ({ quoted, unclosed } = only);
    } else {
      do {
        const next = takeValue(scanner, BARE);
        values.push(next.value);
        quoted ||= next.quoted;
        unclosed ||= next.unclosed;
      } while (scanner.takeChar(','));
    }
    words.push({ start, end: scanner.position, negated, field, operator, values, quoted, unclosed });
  }
  return words;
}
