import { readFile } from 'node:fs/promises';
import { FailureError } from '../../../../src-shared/domain/failure.ts';

/** A NumPy array: its shape and its values in the order of the file, as numbers. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** What is read here are single labels and 68 points. */
const MOST_BYTES = 1024 * 1024;
const MAGIC = '\x93NUMPY';

function refuse(file: string, why: string): FailureError {
  return new FailureError({ kind: 'unreadable', message: `${file} is no array that can be read: ${why}.`, remedy: '' });
}

/**
 * Reads an .npy file (NumPy's format 1 to 3): numbers, booleans, and text that holds numbers. Pickled objects are
 * refused, never run.
 * @throws FailureError 'unreadable'.
 */
export async function readNpy(file: string): Promise<NpyArray> {
  const bytes = await readFile(file).catch((thrown: unknown) => {
    throw refuse(
      file,
      thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
        ? 'there is no such file'
        : 'it cannot be opened',
    );
  });
  if (bytes.length > MOST_BYTES) throw refuse(file, 'it is larger than a label');
  return parseNpy(bytes, file);
}

/** @throws FailureError 'unreadable'. */
export function parseNpy(bytes: Uint8Array, file: string): NpyArray {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.toString('latin1', 0, 6) !== MAGIC || buffer.length < 12)
    throw refuse(file, 'it does not begin as NumPy files do');
  const long = (buffer[6] ?? 1) >= 2;
  const start = long ? 12 : 10;
  const length = long ? buffer.readUInt32LE(8) : buffer.readUInt16LE(8);
  const header = buffer.toString('latin1', start, start + length);
  const descr = /'descr'\s*:\s*'([<>|=]?)([a-zA-Z])(\d*)'/.exec(header);
  const shapeText = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  if (descr === null || shapeText === undefined) throw refuse(file, 'its header is not understood');
  if (/'fortran_order'\s*:\s*True/.test(header) && shapeText.split(',').filter((part) => part.trim() !== '').length > 1)
    throw refuse(file, 'it is stored column by column');
  const shape = shapeText
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const count = shape.reduce((product, side) => product * side, 1);
  const [, order = '', kind = '', digits = ''] = descr;
  const size = Number(digits) * (kind === 'U' ? 4 : 1);
  const data = buffer.subarray(start + length);
  if (!shape.every((side) => Number.isInteger(side) && side >= 0) || data.length < count * size || size > 4 * 64)
    throw refuse(file, 'it is shorter than its header says');
  const read = reader(data, order === '>', kind, Number(digits));
  if (read === null)
    throw refuse(file, kind === 'O' ? 'it holds Python objects' : `values of type ${kind}${digits} are not known`);
  return { shape, values: Array.from({ length: count }, (_, index) => read(index * size)) };
}

function reader(data: Buffer, big: boolean, kind: string, size: number): ((at: number) => number) | null {
  switch (`${kind}${kind === 'U' || kind === 'S' || kind === 'a' ? '' : size}`) {
    case 'U':
      return (at) => {
        let text = '';
        for (let character = 0; character < size; character++) {
          const code = big ? data.readUInt32BE(at + 4 * character) : data.readUInt32LE(at + 4 * character);
          if (code !== 0 && code <= 0x10ffff) text += String.fromCodePoint(code);
        }
        return numberIn(text);
      };
    case 'S':
    case 'a':
      return (at) => numberIn(data.toString('latin1', at, at + size).replaceAll('\0', ''));
    case 'f8':
      return (at) => (big ? data.readDoubleBE(at) : data.readDoubleLE(at));
    case 'f4':
      return (at) => (big ? data.readFloatBE(at) : data.readFloatLE(at));
    case 'i8':
    case 'u8':
      return (at) => Number(big ? data.readBigInt64BE(at) : data.readBigInt64LE(at));
    case 'i1':
    case 'i2':
    case 'i4':
      return (at) => (big ? data.readIntBE(at, size) : data.readIntLE(at, size));
    case 'b1':
    case 'u1':
    case 'u2':
    case 'u4':
      return (at) => (big ? data.readUIntBE(at, size) : data.readUIntLE(at, size));
    default:
      return null;
  }
}

const numberIn = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));
