/** The nearest images in feature space, for the query thread: it reads the features block by block and keeps a few candidates. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Box } from '../../../src-shared/domain/box.ts';
import { keyOfFeatures } from '../runs/features.ts';
import type { Store } from '../store/interface.ts';
import { KeyPlaces } from './key-places.ts';

export interface NearestRequest {
  readonly image: number;
  readonly dataset: number;
  /** Files of the rows and their keys, and the numbers of a row. */
  readonly rows: string;
  readonly keys: string;
  readonly width: number;
  readonly limit: number;
}

export interface Nearest {
  /** Nearest first; null while the image's own features are missing. */
  readonly neighbours: readonly { readonly image: number; readonly similarity: number }[] | null;
  /** Images of the dataset that could be compared, and those that still have no features. */
  readonly known: number;
  readonly missing: number;
}

/** Bytes read at a time: memory stays the same, however many images there are. */
const BLOCK_BYTES = 4 * 1024 * 1024;

/** A row and how near it is, nearest first, at most `size`. */
class Candidates {
  readonly places: Int32Array;
  readonly similarities: Float32Array;
  length = 0;

  constructor(size: number) {
    this.places = new Int32Array(size);
    this.similarities = new Float32Array(size);
  }

  offer(place: number, similarity: number): void {
    const { places, similarities } = this;
    const full = this.length === places.length;
    if (full && similarity <= (similarities[this.length - 1] ?? 1)) return;
    let at = full ? this.length - 1 : this.length++;
    for (; at > 0 && (similarities[at - 1] ?? 1) < similarity; at--) {
      places[at] = places[at - 1] ?? 0;
      similarities[at] = similarities[at - 1] ?? 0;
    }
    places[at] = place;
    similarities[at] = similarity;
  }
}

/** Cosine of each row with one of them; rows of zeros are near nothing. */
function scan(file: string, width: number, count: number, own: number, found: Candidates): void {
  const descriptor = openSync(file, 'r');
  try {
    const whole = Math.min(count, Math.floor(fstatSync(descriptor).size / (4 * width)));
    const query = new Float32Array(width);
    readSync(descriptor, query, 0, 4 * width, own * 4 * width);
    const length = Math.hypot(...query);
    const rowsAtOnce = Math.max(1, Math.floor(BLOCK_BYTES / (4 * width)));
    const block = new Float32Array(rowsAtOnce * width);
    for (let first = 0; first < whole; first += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, whole - first);
      readSync(descriptor, block, 0, rows * width * 4, first * width * 4);
      for (let row = 0; row < rows; row++) {
        let [dot, square] = [0, 0];
        for (let at = 0, from = row * width; at < width; at++) {
          const value = block[from + at] ?? 0;
          dot += value * (query[at] ?? 0);
          square += value * value;
        }
        if (first + row !== own && square > 0 && length > 0)
          found.offer(first + row, dot / (Math.sqrt(square) * length));
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Images asked of the database at a time. */
const PAGE = 5_000;

/** The dataset's usable images, each with what its features are kept under. */
function* keysOf(store: Store, dataset: number): Generator<{ readonly image: number; readonly key: string }> {
  for (let after = 0; ;) {
    const page = store.images.fingerprints(dataset, after, PAGE);
    for (const { image, content } of page) {
      const box = content.length > HASH_LENGTH ? Box.parse(JSON.parse(content.slice(HASH_LENGTH))) : null;
      yield { image, key: keyOfFeatures(content.slice(0, HASH_LENGTH), box) ?? '' };
      after = image;
    }
    if (page.length < PAGE) return;
  }
}

/** Hex digits of a SHA-256. */
const HASH_LENGTH = 64;

/**
 * The images of a dataset whose features point most nearly the same way (cosine). Copies of the image's own pixels are left out: they
 * are listed as duplicates.
 */
export function nearestIn(store: Store, request: NearestRequest): Nearest {
  const { image, dataset, rows, width, limit } = request;
  const places = new KeyPlaces(request.keys);
  const file = store.images.file(image);
  const own = places.of(keyOfFeatures(file?.contentHash ?? '', file?.box ?? null) ?? '');
  /** By the row that holds its features; one image where a picture lies there twice. */
  const imageAt = new Int32Array(places.count);
  let [known, missing] = [0, 0];
  for (const { image: id, key } of keysOf(store, dataset)) {
    const place = places.of(key);
    if (place < 0) missing++;
    else {
      known++;
      if (imageAt[place] === 0) imageAt[place] = id;
    }
  }
  if (own < 0) return { neighbours: null, known, missing };
  // Other datasets' rows stand in the same file: as many more candidates as it takes.
  for (let size = 4 * limit; ; size *= 4) {
    const found = new Candidates(Math.min(size, Math.max(1, places.count)));
    scan(rows, width, places.count, own, found);
    const neighbours = Array.from(found.places.subarray(0, found.length), (place, at) => ({
      image: imageAt[place] ?? 0,
      similarity: found.similarities[at] ?? 0,
    })).filter((one) => one.image !== 0);
    if (neighbours.length >= limit || found.places.length >= places.count || found.length < found.places.length)
      return { neighbours: neighbours.slice(0, limit), known, missing };
  }
}
