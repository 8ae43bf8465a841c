import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SEVEN, type Expression } from '../../../src-shared/domain/expression.ts';
import type { ImportReport } from '../../../src-shared/domain/dataset.ts';
import type { NewImage, Store } from '../../../src-main/services/store/interface.ts';
import { createStore } from '../../../src-main/services/store/store.ts';

/** A folder of its own, removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'poster-var-unit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function temporaryStore(): Store {
  const store = createStore(temporaryFolder(), 'Test');
  onTestFinished(() => store.close());
  return store;
}

export function newImage(path: string, label: Expression | null, more: Partial<NewImage> = {}): NewImage {
  return {
    path,
    split: 'train',
    status: 'ok',
    reason: null,
    label,
    rawLabel: label ?? '',
    width: 96,
    height: 96,
    bytes: 1_000,
    contentHash: '',
    perceptualHash: '',
    votes: null,
    soft: null,
    box: null,
    attributes: null,
    ...more,
  };
}

export function report(dataset: number, name: string): ImportReport {
  const counts = { images: 0, broken: 0, duplicates: 0, unlabelled: 0, problemCount: 0, seconds: 1 };
  const read = { excluded: 0, format: 'folders', reason: '', choices: {} } as const;
  return { dataset, name, ...counts, ...read, classes: {}, splits: {}, problems: [] };
}

/** A finished dataset of these images. */
export function addDataset(
  store: Store,
  name: string,
  images: readonly NewImage[],
): { dataset: number; ids: number[] } {
  const dataset = store.datasets.insert({ name, root: join(store.folder, 'images'), format: 'folders' });
  const ids = store.datasets.insertImages(dataset, images);
  store.datasets.finish(dataset, report(dataset, name));
  return { dataset, ids };
}

export function addRun(store: Store, dataset: number, classes: readonly Expression[] = SEVEN): number {
  return store.runs.insert({
    name: 'Run',
    kind: 'trained',
    status: 'done',
    dataset,
    size: 'tiny',
    classes: [...classes],
    vich: true,
    layerEmbedding: true,
    trainSplit: 'train',
    valSplit: 'val',
    settings: null,
    device: 'cpu',
    epochs: 3,
  });
}

/** mu that predicts a class with a given confidence. */
export function muFor(predicted: Expression, height = 3, classes: readonly Expression[] = SEVEN): Float32Array {
  return Float32Array.from(classes, (expression) => (expression === predicted ? height : 0));
}
