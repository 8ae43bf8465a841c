/** Decoders keep one error text for all threads, and a failure beside may take it: what the bytes show is certain. */

/**
 * Whether an encoded picture that could not be decoded lacks its end: a JPEG has no end marker behind its last scan, a PNG no IEND,
 * a WebP fewer bytes than its header says. False for other kinds.
 */
export function lacksEnd(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (kindOf(bytes)) {
    // Within a scan 0xff is always followed by 0 or a restart marker.
    case 'jpeg':
      return buffer.lastIndexOf(JPEG_END) < buffer.lastIndexOf(JPEG_SCAN);
    case 'png':
      return !buffer.includes('IEND');
    case 'webp':
      return buffer.readUInt32LE(4) + 8 > buffer.length;
    default:
      return false;
  }
}

/** How libvips' lines begin that tell of another kind of file than this one: they come from a decode beside. */
export function isForeign(line: string, bytes: Uint8Array): boolean {
  const kind = kindOf(bytes);
  const teller = LOADERS.find(([, loader]) => loader.test(line));
  return kind !== null && teller !== undefined && teller[0] !== kind;
}

type Kind = 'jpeg' | 'png' | 'webp' | 'tiff';

const JPEG_SCAN = Buffer.from([0xff, 0xda]);
const JPEG_END = Buffer.from([0xff, 0xd9]);
const STARTS: readonly (readonly [Kind, RegExp])[] = [
  ['jpeg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG/],
  ['webp', /^RIFF[^]{4}WEBP/],
  ['tiff', /^(II[*+]|MM\0[*+])/],
];
const LOADERS: readonly (readonly [Kind, RegExp])[] = [
  ['jpeg', /^(vips)?jpe?g/i],
  ['png', /^(vips|lib|s)*png/i],
  ['webp', /^(vips)?webp/i],
  ['tiff', /^(vips)?tiff/i],
];

function kindOf(bytes: Uint8Array): Kind | null {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  return STARTS.find(([, magic]) => magic.test(start))?.[0] ?? null;
}
