/**
 * What the head reads of images, kept in the project by the content that it was computed from: a model's weights and an image's
 * bytes and box. A second training of a head on the same model waits for nothing.
 */
import { join } from 'node:path';
import { boxText, type Box } from '../../../src-shared/domain/box.ts';
import type { DeviceChoice } from '../../../src-shared/domain/device.ts';
import type { CheckpointInfo, Engine } from '../engine/interface.ts';
import { sizeTable } from '../engine/model/config.ts';
import { PREPROCESSING } from '../engine/preprocessing.ts';
import type { ImageFile, Store } from '../store/interface.ts';
import { RowFile } from './row-file.ts';

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

/** Where a model's features lie in a project: another device gives other last digits, and a run must repeat itself bit for bit. */
export function placeOfFeatures(
  project: string,
  { hash, size }: Pick<CheckpointInfo, 'hash' | 'size'>,
  device: DeviceChoice,
): { readonly folder: string; readonly name: string; readonly width: number } {
  return { folder: join(project, 'features'), name: `${hash}-${device}`, width: sizeTable(size).vit.width };
}

/** What an image's features are kept under; null for a file that was never read. @param contentHash SHA-256 of its bytes, hex, or ''. */
export function keyOfFeatures(contentHash: string, box: Box | null): string | null {
  return contentHash === '' ? null : `${contentHash}${box === null ? '' : `@${boxText(box)}`}/${PREPROCESSING.side}`;
}

/** Files whose features are computed between two looks at what is known. */
const PART = 512;

/**
 * Computes what features of these images are not kept yet, and keeps them; nothing of it stays in memory.
 * @param onProgress images that are done so far.
 * @returns how many were known before, and how many files could not be read.
 * @throws FailureError of the engine; 'cancelled' after an abort, with what was computed kept.
 */
export async function keepFeatures(
  { store, engine }: { readonly store: Store; readonly engine: Pick<Engine, 'features'> },
  model: { readonly checkpoint: string; readonly info: CheckpointInfo; readonly device: DeviceChoice },
  images: readonly Pictured[],
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<{ known: number; failed: number }> {
  const { info, device, checkpoint } = model;
  const { folder, name, width } = placeOfFeatures(store.folder, info, device);
  const kept = new RowFile(folder, name, width);
  let [known, done, failed] = [0, 0, 0];
  for (let from = 0; from < images.length; from += PART) {
    const part = images.slice(from, from + PART);
    const keyById = new Map<number, string>();
    const fresh = new Set<string>();
    for (const { id, box } of part) {
      const key = keyOfFeatures(store.images.file(id)?.contentHash ?? '', box);
      if (key === null || kept.places.has(key) || fresh.has(key)) continue;
      fresh.add(key);
      keyById.set(id, key);
    }
    known += part.length - keyById.size;
    done += part.length - keyById.size;
    onProgress(done);
    const files = part.filter(({ id }) => keyById.has(id)).map(({ id, file, box }) => ({ id, file, box }));
    if (files.length === 0) continue;
    await engine.features(
      { checkpoint, device, files },
      (batch) => {
        const keys = batch.ids.map((id) => keyById.get(id) ?? '');
        kept.append(keys, batch.features.slice(0, keys.length * width));
        failed += batch.failed.length;
        done += batch.ids.length + batch.failed.length;
        onProgress(done);
      },
      signal,
    );
  }
  return { known, failed };
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
  const { folder, name, width } = placeOfFeatures(store.folder, info, device);
  const kept = new RowFile(folder, name, width);
  const keys = images.map(({ id, box }) => keyOfFeatures(store.images.file(id)?.contentHash ?? '', box));
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
