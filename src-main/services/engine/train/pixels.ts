/** Decoded images, kept as bytes while they fit into memory, so that only the first epoch pays for decoding. */

/** Bytes of decoded pixels to keep: 6,600 images of 224 x 224. */
const KEEP_BYTES = 1_000_000_000;

/** Decodes one file to side x side x 3 bytes. */
export type Decode = (file: string) => Promise<Uint8Array>;

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
  get(file: string): Promise<Uint8Array> {
    const known = this.#kept.get(file);
    if (known !== undefined) return known;
    const decoding = this.#decode(file);
    if (this.#bytes >= this.#limit) return decoding;
    this.#kept.set(file, decoding);
    // A failure is not kept: the file may be there again the next time.
    decoding.then(
      (pixels) => (this.#bytes += pixels.byteLength),
      () => this.#kept.delete(file),
    );
    return decoding;
  }
}
