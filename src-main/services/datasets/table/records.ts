import type { Delimiter } from './sniff.ts';

/** One row of a table, or why there is none. `line` is the physical line it begins on, from 1. */
export type TableRecord =
  { readonly line: number; readonly cells: readonly string[] } | { readonly line: number; readonly problem: string };

/** Characters in one physical line; longer ones are reported and passed over, whatever their length. */
export const MAX_LINE = 1024 * 1024;
/** A quoted cell may hold line breaks; a quote that is still open after so many lines was never closed. */
const MAX_QUOTED_LINES = 64;

interface Cells {
  readonly done: string[];
  /** The cell in the making. */
  cell: string;
  quoted: boolean;
}

/** A physical line and what ended it: '' for the last one. */
interface Line {
  readonly text: string;
  readonly end: string;
}

/**
 * Splits text that comes in pieces into the rows of a CSV (RFC 4180): quoted cells with delimiters, doubled quotes and
 * line breaks in them; \n, \r\n or \r end a line. Damage stays local: a line without end and a quote without end become
 * one problem each, and reading goes on at the next line. Memory is bounded by the longest admissible row.
 */
export class RecordSplitter {
  readonly #delimiter: Delimiter;
  /** Text after the last line end; its tail may be half a \r\n. */
  #rest = '';
  #line = 0;
  /** Lines of a row whose quote is still open, and their number. */
  #open: { cells: Cells; lines: Line[]; first: number } | null = null;
  #overlong = false;

  constructor(delimiter: Delimiter) {
    this.#delimiter = delimiter;
  }

  /** The rows that are complete after this piece of text. */
  *push(text: string): Generator<TableRecord> {
    this.#rest += text;
    let start = 0;
    for (;;) {
      const end = this.#lineEnd(start);
      if (end === null) break;
      yield* this.#endLine({ text: this.#rest.slice(start, end.at), end: this.#rest.slice(end.at, end.next) });
      start = end.next;
    }
    this.#rest = this.#rest.slice(start);
    if (this.#rest.length > MAX_LINE) {
      this.#overlong = true;
      // The last character stays: it may be the \r of a line end whose \n has not come yet.
      this.#rest = this.#rest.slice(-1);
    }
  }

  /** The rows that the end of the text completes. */
  *finish(): Generator<TableRecord> {
    const text = this.#rest.endsWith('\r') ? this.#rest.slice(0, -1) : this.#rest;
    if (this.#rest !== '') yield* this.#endLine({ text, end: this.#rest.slice(text.length) });
    this.#rest = '';
    while (this.#open !== null) yield* this.#giveUp();
  }

  #lineEnd(start: number): { at: number; next: number } | null {
    for (let at = start; at < this.#rest.length; at++) {
      const code = this.#rest.charCodeAt(at);
      if (code === 10) return { at, next: at + 1 };
      if (code !== 13) continue;
      if (at + 1 === this.#rest.length) return null;
      return { at, next: this.#rest.charCodeAt(at + 1) === 10 ? at + 2 : at + 1 };
    }
    return null;
  }

  *#endLine(line: Line): Generator<TableRecord> {
    this.#line++;
    const tooLong = this.#overlong || line.text.length > MAX_LINE;
    this.#overlong = false;
    if (!tooLong) {
      yield* this.#feed(line, this.#line);
      return;
    }
    // What stood open before the long line is judged without it, so that the order of rows is kept.
    while (this.#open !== null) yield* this.#giveUp();
    yield { line: this.#line, problem: `The line is longer than ${MAX_LINE.toLocaleString('en')} characters.` };
  }

  *#feed(line: Line, number: number): Generator<TableRecord> {
    const { text } = line;
    if (this.#open === null) {
      if (text === '') return;
      const cells: Cells = { done: [], cell: '', quoted: false };
      this.#scan(text, cells);
      if (cells.quoted) this.#open = { cells, lines: [line], first: number };
      else yield { line: number, cells: [...cells.done, cells.cell] };
      return;
    }
    const { cells, lines, first } = this.#open;
    cells.cell += lines.at(-1)?.end ?? '';
    lines.push(line);
    const closesWell = this.#scan(text, cells);
    if (!closesWell || lines.length >= MAX_QUOTED_LINES) yield* this.#giveUp();
    else if (!cells.quoted) {
      this.#open = null;
      yield { line: first, cells: [...cells.done, cells.cell] };
    }
  }

  /** Reports the row whose quote never closes, and reads the lines after its first one again as rows of their own. */
  *#giveUp(): Generator<TableRecord> {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    yield { line: open.first, problem: 'A quote is opened and never closed.' };
    for (const [index, line] of open.lines.entries()) if (index > 0) yield* this.#feed(line, open.first + index);
  }

  /**
   * Goes on with a row by one physical line; `cells.quoted` afterwards: the line ended inside quotes.
   * @returns false where the quote that was open before is followed by text: it then is the next row's opening quote.
   */
  #scan(text: string, cells: Cells): boolean {
    let inherited = cells.quoted;
    for (let at = 0; at < text.length; at++) {
      const character = text.charAt(at);
      if (cells.quoted) {
        const close = text.indexOf('"', at);
        if (close < 0) {
          cells.cell += text.slice(at);
          return true;
        }
        cells.cell += text.slice(at, close);
        at = close;
        if (text.charAt(close + 1) === '"') {
          cells.cell += '"';
          at++;
        } else {
          cells.quoted = false;
          const next = text.charAt(close + 1);
          if (inherited && next !== '' && next !== this.#delimiter) return false;
          inherited = false;
        }
      } else if (character === this.#delimiter) {
        cells.done.push(cells.cell);
        cells.cell = '';
      } else if (character === '"' && cells.cell === '') cells.quoted = true;
      else cells.cell += character;
    }
    return true;
  }
}
