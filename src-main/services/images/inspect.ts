import { FailureError } from '../../../src-shared/domain/failure.ts';
import { clampBox, type Box } from '../../../src-shared/domain/box.ts';
import { openImage, readable, readHeader, upright } from './decode.ts';
import { readHashed } from './read.ts';

/** A box as a source gives it, not yet in whole pixels nor inside the picture. */
export type BoxLike = Readonly<Record<'x' | 'y' | 'width' | 'height', number>>;

/** What a file's bytes tell. A file that cannot be decoded has a reason, and what could still be found out. */
export interface InspectedImage {
  /** Why it cannot be decoded, in a sentence; null for a sound image. */
  readonly reason: string | null;
  /** Upright size in pixels; 0 where unknown. */
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** SHA-256 of the bytes, hex; '' where they could not be read. */
  readonly contentHash: string;
  /** 64-bit difference hash, 16 hex digits; '' where the image could not be decoded. */
  readonly perceptualHash: string;
  /** The box inside the picture; null where there was none or nothing of it lies inside. */
  readonly box: Box | null;
}

/**
 * Reads, hashes and decodes a file; never throws for what a file can be.
 * @param wanted the face in it, as the dataset marks it; it may reach over the picture's edge.
 */
export async function inspectImage(file: string, wanted: BoxLike | null = null): Promise<InspectedImage> {
  let found: InspectedImage = {
    reason: null,
    width: 0,
    height: 0,
    bytes: 0,
    contentHash: '',
    perceptualHash: '',
    box: null,
  };
  try {
    const { bytes, hash } = await readHashed(file);
    found = { ...found, bytes: bytes.length, contentHash: hash };
    const { autoOrient } = await readHeader(bytes);
    found = { ...found, width: autoOrient.width, height: autoOrient.height };
    const box = wanted === null ? null : clampBox(wanted, autoOrient);
    if (wanted !== null && box === null) return { ...found, reason: 'The box of the face lies outside the picture.' };
    return { ...found, box, perceptualHash: await differenceHash(bytes, box) };
  } catch (thrown) {
    if (!(thrown instanceof FailureError)) throw thrown;
    return { ...found, reason: thrown.failure.message };
  }
}

/**
 * Difference hash (N. Krawetz, "Kind of Like That", 2013): the image in 9 × 8 grey pixels, a bit for each pixel that is
 * brighter than its left neighbour, row by row; of the part in the box where there is one. Near-duplicates differ in few bits. Decodes the whole file, which is
 * the check that it can be decoded.
 * @returns 16 hex digits.
 */
export async function differenceHash(bytes: Uint8Array, box: Box | null = null): Promise<string> {
  const grey = await readable(bytes, async () =>
    upright(await openImage(bytes, 'stored'), box)
      .removeAlpha()
      .resize(9, 8, { fit: 'fill', kernel: 'linear' })
      .greyscale()
      .raw({ depth: 'uchar' })
      .toBuffer(),
  );
  let hash = 0n;
  for (let row = 0; row < 8; row++)
    for (let column = 0; column < 8; column++) {
      const at = row * 9 + column;
      hash = (hash << 1n) | BigInt((grey[at + 1] ?? 0) > (grey[at] ?? 0));
    }
  return hash.toString(16).padStart(16, '0');
}
