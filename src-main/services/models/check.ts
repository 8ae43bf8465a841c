/** A smoke test of a foreign model, and what its outputs most likely mean. */
import { join } from 'node:path';
import sharp from 'sharp';
import { ordersFor, ownOrder } from '../../../src-shared/domain/class-orders.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { accuracyOf } from '../../../src-shared/domain/model.ts';
import type { OrderCheck } from '../../../src-shared/domain/model.ts';
import { argmax } from '../../../src-shared/metrics/vich.ts';
import { Random } from '../engine/random.ts';
import type { FileToPredict } from '../engine/interface.ts';
import { requireDataset } from '../runs/context.ts';
import type { RunContext } from '../runs/context.ts';
import type { ImageFile } from '../store/interface.ts';
import { withFolder } from './staging.ts';

/** Enough to tell orders apart: a wrong one reads most classes wrongly. */
const MOST = 256;
const FEW = 4;

export function checkOrders(
  context: RunContext,
  request: { path: string; vich?: boolean | undefined; dataset: number | null; split: string | null },
): Promise<OrderCheck> {
  const { engine, store } = context;
  return withFolder(async (folder) => {
    const { path, dataset, split } = request;
    const vich = request.vich === undefined ? {} : { vich: request.vich };
    const { model, obstacles } = await engine.examine({ file: path, ...vich });
    if (model === null) {
      throw new FailureError({
        kind: 'invalid',
        message: obstacles.join(' '),
        remedy: 'Choose a file that holds a whole network.',
      });
    }
    const checkpoint = join(folder, 'model.safetensors');
    await engine.adopt({ file: path, classes: ownOrder(model.classes), ...vich, out: checkpoint });
    if (dataset !== null) requireDataset(context, dataset);
    const all = dataset === null ? [] : store.images.files(dataset, split);
    const labelled = spread(all.filter(({ label }) => label !== null));
    const files: readonly FileToPredict[] = labelled.length > 0 ? labelled : await drawn(folder);
    const labels = new Map(labelled.map(({ id, label }) => [id, label]));
    const predicted: { readonly index: number; readonly label: ImageFile['label'] }[] = [];
    let finite = true;
    const read = { checkpoint, files: files.map(({ id, file, box }) => ({ id, file, box })), device: 'cpu' as const };
    await engine.predict(
      read,
      ({ ids, mu, logvar }) => {
        finite &&= mu.every(Number.isFinite) && (logvar?.every(Number.isFinite) ?? true);
        ids.forEach((id, row) => {
          const values = mu.subarray(row * model.classes, (row + 1) * model.classes);
          predicted.push({ index: argmax(values), label: labels.get(id) ?? null });
        });
      },
      new AbortController().signal,
    );
    const known = predicted.filter(({ label }) => label !== null);
    const outputs = Array.from({ length: model.classes }, (): Partial<Record<Expression, number>> => ({}));
    for (const { index, label } of known) {
      const counts = outputs[index];
      if (counts && label !== null) counts[label] = (counts[label] ?? 0) + 1;
    }
    const found = {
      images: predicted.length,
      labelled: known.length,
      finite: finite && predicted.length > 0,
      outputs,
      orders: [],
    };
    const orders = ordersFor(model.classes).map(({ title, order }) => ({
      name: title,
      order: [...order],
      accuracy: accuracyOf(found, order) ?? 0,
    }));
    return { ...found, orders: known.length === 0 ? [] : orders.toSorted((a, b) => b.accuracy - a.accuracy) };
  });
}

/** Images spread evenly over a long list. */
function spread(files: readonly ImageFile[]): readonly ImageFile[] {
  if (files.length <= MOST) return files;
  return Array.from({ length: MOST }, (_, index) => files[Math.floor((index * files.length) / MOST)]).flatMap(
    (file) => file ?? [],
  );
}

/** Without a dataset, a few pictures of random pixels: they show that the network runs, and nothing else. */
async function drawn(folder: string): Promise<FileToPredict[]> {
  const random = Random.seeded(4);
  const SIDE = 64;
  return Promise.all(
    Array.from({ length: FEW }, async (_, id) => {
      const file = join(folder, `${id}.png`);
      const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, () => random.integer(256));
      await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
        .png()
        .toFile(file);
      return { id, file };
    }),
  );
}
