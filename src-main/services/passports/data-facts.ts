/** The data that a run learned from, counted and hashed. */
import { createHash } from 'node:crypto';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import type { DataFacts, SplitFacts } from '../../../src-shared/domain/passport.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { TrainingImage, TrainingPlan } from '../engine/interface.ts';
import type { ImageAsOf, Store } from '../store/interface.ts';
import { contentsAt, inOrder } from '../versions/content-hash.ts';

/**
 * Hashes the dataset as it stood when the run began, and what of it each split gave to the run: a JSON line an image in the dataset's
 * order, [path, content hash, label, soft target, certainty, box].
 * @returns null where the point in the log is not known, or `signal` ended it.
 */
export async function dataFacts(
  store: Store,
  run: Run,
  { train, val }: Pick<TrainingPlan, 'train' | 'val'>,
  signal?: AbortSignal,
): Promise<DataFacts | null> {
  const point = store.runs.labelPosition(run.id);
  if (point === null || run.dataset === null) return null;
  const splits = [new SplitHash(run.trainSplit ?? '', train), new SplitHash(run.valSplit ?? '', val)] as const;
  const each = (image: ImageAsOf): void => splits.forEach((split) => split.add(image, run.classes));
  const contents = await contentsAt(store, run.dataset, point, { each, ...(signal && { signal }) });
  if (contents === null) return null;
  const [trained, validated] = splits;
  return {
    dataset: run.datasetName ?? '',
    version: run.version?.name ?? null,
    contentHash: contents.contentHash,
    train: trained.facts(),
    val: validated.facts(),
  };
}

class SplitHash {
  readonly #split: string;
  readonly #planned: ReadonlyMap<number, TrainingImage>;
  readonly #sha = createHash('sha256');

  constructor(split: string, images: readonly TrainingImage[]) {
    this.#split = split;
    this.#planned = new Map(images.map((image) => [image.id, image]));
  }

  add({ id, path, contentHash, box }: ImageAsOf, classes: readonly Expression[]): void {
    const planned = this.#planned.get(id);
    if (planned === undefined) return;
    const { label, target = null, certainty = null } = planned;
    this.#sha.update(`${JSON.stringify([path, contentHash, classes[label] ?? '', target, certainty, inOrder(box)])}\n`);
  }

  facts(): SplitFacts {
    return { split: this.#split, images: this.#planned.size, hash: this.#sha.digest('hex') };
  }
}
