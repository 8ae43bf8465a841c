/**
 * What the head reads of images, kept in the project by the content that it was computed from: a model's weights and an image's
 * bytes and box. A second training of a head on the same model waits for nothing.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { boxText } from '../../../src-shared/domain/box.ts';
import type { DeviceChoice } from '../../../src-shared/domain/device.ts';
import type { CheckpointInfo, Engine } from '../engine/interface.ts';
import { sizeTable } from '../engine/model/config.ts';
import { PREPROCESSING } from '../engine/preprocessing.ts';
import type { ImageFile, Store } from '../store/interface.ts';

export type Pictured = Pick<ImageFile, 'id' | 'file' | 'box'>;

/** Features by image; files that could not be read have none. */
export interface Features {
  readonly width: number;
  /** Row of each image in `rows`. */
  readonly rowOf: ReadonlyMap<number, number>;
  /** [images, width] */
  readonly rows: Float32Array;
  /** How many were there already. */
  readonly known: number;
}

/** Rows of float32 in one file, their keys in another, line by line; what a crash left half written is cut off. */
class RowFile {
  readonly #rows: string;
  readonly #keys: string;
  readonly #width: number;
  readonly places = new Map<string, number>();

  constructor(folder: string, name: string, width: number) {
    mkdirSync(folder, { recursive: true });
    this.#rows = join(folder, `${name}.f32`);
    this.#keys = join(folder, `${name}.keys`);
    this.#width = width;
    const text = existsSync(this.#keys) ? readFileSync(this.#keys, 'utf8') : '';
    const whole = existsSync(this.#rows) ? Math.floor(statSync(this.#rows).size / (4 * width)) : 0;
    // The text after the last line's end is no key: the writing of it was cut short.
    const keys = text.split('\n').slice(0, -1).slice(0, whole);
    keys.forEach((key, place) => this.places.set(key, place));
    if (text.length > 0)
      truncateSync(
        this.#keys,
        keys.reduce((sum, key) => sum + Buffer.byteLength(key) + 1, 0),
      );
    if (whole > 0) truncateSync(this.#rows, keys.length * 4 * width);
  }

  /** Rows first: a key without its row would name another one's. */
  append(keys: readonly string[], rows: Float32Array): void {
    appendFileSync(this.#rows, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
    appendFileSync(this.#keys, keys.map((key) => `${key}\n`).join(''));
    const first = this.places.size;
    keys.forEach((key, index) => this.places.set(key, first + index));
  }

  read(wanted: readonly { readonly place: number; readonly into: Float32Array }[]): void {
    if (wanted.length === 0) return;
    const file = openSync(this.#rows, 'r');
    try {
      for (const { place, into } of wanted) {
        const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
        readSync(file, bytes, 0, bytes.byteLength, place * 4 * this.#width);
      }
    } finally {
      closeSync(file);
    }
  }
}

/**
 * The features of images by a model: kept ones, and the others computed and kept.
 * @param onProgress images that are there so far.
 * @throws FailureError of the engine; 'cancelled' after an abort, with what was computed kept.
 */
export async function featuresOf(
  { store, engine }: { readonly store: Store; readonly engine: Pick<Engine, 'features'> },
  model: { readonly checkpoint: string; readonly info: CheckpointInfo; readonly device: DeviceChoice },
  images: readonly Pictured[],
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<Features> {
  const { info, device, checkpoint } = model;
  const { width } = sizeTable(info.size).vit;
  // Another device or preprocessing gives other last digits: a run must repeat itself bit for bit.
  const kept = new RowFile(join(store.folder, 'features'), `${info.hash}-${device}`, width);
  const keyOf = (image: Pictured): string | null => {
    const hash = store.images.file(image.id)?.contentHash ?? '';
    return hash === '' ? null : `${hash}${image.box === null ? '' : `@${boxText(image.box)}`}/${PREPROCESSING.side}`;
  };
  const keys = images.map(keyOf);
  const rows = new Float32Array(images.length * width);
  const rowOf = new Map<number, number>();
  const rowAt = (index: number): Float32Array => rows.subarray(index * width, (index + 1) * width);
  const wanted = keys.flatMap((key, index) => {
    const place = key === null ? undefined : kept.places.get(key);
    return place === undefined ? [] : [{ index, place, into: rowAt(index) }];
  });
  kept.read(wanted);
  for (const { index } of wanted) rowOf.set(images[index]?.id ?? 0, index);
  const known = rowOf.size;
  const placeOf = new Map(images.map(({ id }, index) => [id, index]));
  const missing = images.filter(({ id }) => !rowOf.has(id));
  let done = known;
  onProgress(done);
  if (missing.length === 0) return { width, rowOf, rows, known };
  await engine.features(
    { checkpoint, device, files: missing.map(({ id, file, box }) => ({ id, file, box })) },
    ({ ids, features, failed }) => {
      const named: string[] = [];
      const fresh: number[] = [];
      ids.forEach((id, slot) => {
        const index = placeOf.get(id) ?? 0;
        const row = features.subarray(slot * width, (slot + 1) * width);
        rowAt(index).set(row);
        rowOf.set(id, index);
        const key = keys[index] ?? null;
        if (key === null || kept.places.has(key) || named.includes(key)) return;
        named.push(key);
        fresh.push(slot);
      });
      const block = new Float32Array(fresh.length * width);
      fresh.forEach((slot, at) => block.set(features.subarray(slot * width, (slot + 1) * width), at * width));
      kept.append(named, block);
      done += ids.length + failed.length;
      onProgress(done);
    },
    signal,
  );
  return { width, rowOf, rows, known };
}
