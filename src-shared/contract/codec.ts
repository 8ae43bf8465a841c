/**
 * JSON with typed arrays, for the HTTP transport (Electron's IPC clones them by itself). A typed array travels as
 * {"$": "f32", "b": base64 of its little-endian bytes}; all machines we run on are little-endian.
 */
// Both worlds that load this file, Node and the browser, have these two globals.
declare function btoa(binary: string): string;
declare function atob(base64: string): string;

const KINDS = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  u8: Uint8Array,
} as const;

type Kind = keyof typeof KINDS;

function kindOf(value: unknown): Kind | null {
  for (const kind of Object.keys(KINDS) as Kind[]) if (value instanceof KINDS[kind]) return kind;
  return null;
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new SyntaxError('An array is not valid base64.');
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Encodes a contract value; anything JSON cannot hold (BigInt, cycles) throws. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    const kind = kindOf(item);
    if (kind === null) return item;
    const array = item as InstanceType<(typeof KINDS)[Kind]>;
    return { $: kind, b: toBase64(new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) };
  });
}

/** The inverse of `encode`. Throws SyntaxError on text that is no JSON or an array of the wrong length. */
export function decode(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || !('$' in item) || !('b' in item)) return item;
    const { $: kind, b: base64 } = item;
    if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind) || typeof base64 !== 'string') return item;
    const bytes = fromBase64(base64);
    const Kind = KINDS[kind as Kind];
    if (bytes.length % Kind.BYTES_PER_ELEMENT !== 0)
      throw new SyntaxError(`An array of ${kind} cannot have ${bytes.length} bytes.`);
    return new Kind(bytes.buffer);
  });
}
