/** Decoded images, kept as bytes while they fit into memory, so that only the first epoch pays for decoding. */

import { boxText, type Box } from '../../../../src-shared/domain/box.ts';
import type { TrainingImage } from '../interface.ts';

/** Bytes of decoded pixels to keep: 6,600 images of 224 x 224. */
const KEEP_BYTES = 1_000_000_000;

/** What is decoded: a file, or the face in it. */
export type Picture = Pick<TrainingImage, 'file' | 'box'>;

/** Decodes one picture to side x side x 3 bytes. */
export type Decode = (file: string, box: Box | null) => Promise<Uint8Array>;

export class PixelCache {
  readonly #decode: Decode;
  readonly #limit: number;
  readonly #kept = new Map<string, Promise<Uint8Array>>();
  #bytes = 0;

  constructor(decode: Decode, limit = KEEP_BYTES) {
    this.#decode = decode;
    this.#limit = limit;
  }

  /**
   * Pixels of a file, side x side x 3 bytes; not to be changed. When memory is full, further files are decoded each time:
   * dropping older ones would only make the next epoch decode them again.
   * @throws FailureError where the file cannot be decoded.
   */
  get({ file, box = null }: Picture): Promise<Uint8Array> {
    const key = box === null ? file : `${file}\0${boxText(box)}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const decoding = this.#decode(file, box);
    if (this.#bytes >= this.#limit) return decoding;
    this.#kept.set(key, decoding);
    // A failure is not kept: the file may be there again the next time.
    decoding.then(
      (pixels) => (this.#bytes += pixels.byteLength),
      () => this.#kept.delete(key),
    );
    return decoding;
  }
}
