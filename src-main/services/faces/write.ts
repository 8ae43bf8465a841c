import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { mapInOrder } from '../images/parallel.ts';
import { planSample, PLANTED_SHARE } from './plan.ts';
import type { SampleFace } from './plan.ts';
import { drawPortrait } from './portrait.ts';
import { encode, photograph } from './render.ts';

/** Raised whenever a change makes the same seed give other faces. */
export const GENERATOR_VERSION = 1;

export interface SampleOptions {
  readonly count?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

function labelRow({ file, label, split, votes }: SampleFace): string {
  return [`images/${file}`, label, split, ...EXPRESSIONS.map((expression) => votes[expression] ?? 0)].join(',');
}

function truthRow({ file, truth, planted, mixedWith, mixture, intensity }: SampleFace): string {
  return [`images/${file}`, truth, planted ? 1 : 0, mixedWith, mixture.toFixed(4), intensity.toFixed(4)].join(',');
}

/** One face as the bytes of a JPEG file. */
export async function renderFace({ identity, scene, state, random }: SampleFace): Promise<Buffer> {
  return encode(await photograph(drawPortrait(identity, scene, state), scene, random.split('noise')));
}

/**
 * Writes the synthetic dataset into `folder`, which must not exist: `images/*.jpg`, `labels.csv` (path, label, split, votes by class),
 * `truth.csv` (path, truth, planted, mixed_with, mixture, intensity) and `sample.json`. All of it appears at once, at the end: an end
 * before that leaves nothing behind.
 * @throws FailureError 'cancelled'.
 */
export async function writeSample(
  folder: string,
  { count = 600, seed = 1, signal, onProgress }: SampleOptions = {},
): Promise<void> {
  const draft = join(dirname(folder), `.${process.pid}-sample.tmp`);
  await rm(draft, { recursive: true, force: true });
  try {
    await mkdir(join(draft, 'images'), { recursive: true });
    const faces = planSample(count, seed);
    let done = 0;
    const write = async (face: SampleFace): Promise<void> => {
      if (signal?.aborted) throw new FailureError({ kind: 'cancelled', message: 'Cancelled.', remedy: '' });
      await writeFile(join(draft, 'images', face.file), await renderFace(face));
      // Noise is made on this thread: others get their turn after each face.
      await setImmediate();
    };
    for await (const _ of mapInOrder(faces, 4, write)) onProgress?.(++done, count);
    const labels = ['path', 'label', 'split', ...EXPRESSIONS].join(',');
    await writeFile(join(draft, 'labels.csv'), `${[labels, ...faces.map(labelRow)].join('\n')}\n`);
    const truth = 'path,truth,planted,mixed_with,mixture,intensity';
    await writeFile(join(draft, 'truth.csv'), `${[truth, ...faces.map(truthRow)].join('\n')}\n`);
    const manifest = { generator: GENERATOR_VERSION, seed, count, plantedShare: PLANTED_SHARE };
    await writeFile(join(draft, 'sample.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
