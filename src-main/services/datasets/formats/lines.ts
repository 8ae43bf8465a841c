import { createReadStream } from 'node:fs';
import { sniffDialect } from '../table/sniff.ts';
import { MAX_LINE } from '../table/records.ts';

/** A line of a text file with its number from 1; longer ones than 1 Mi characters come without text. */
export interface TextLine {
  readonly line: number;
  readonly text: string | null;
}

/** The lines of a text file, in UTF-8, UTF-16 or windows-1252; empty ones are left out. Memory is bounded by a line. */
export async function* textLines(path: string): AsyncGenerator<TextLine> {
  const { encoding } = await sniffDialect(path);
  const decoder = new TextDecoder(encoding);
  let rest = '';
  let line = 0;
  let overlong = false;
  const end = function* (text: string): Generator<TextLine> {
    line++;
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (overlong || whole.length > MAX_LINE) yield { line, text: null };
    else if (whole.trim() !== '') yield { line, text: whole };
    overlong = false;
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield* end(part);
    if (rest.length > MAX_LINE) {
      overlong = true;
      rest = '';
    }
  }
  rest += decoder.decode();
  if (rest !== '' || overlong) yield* end(rest);
}
