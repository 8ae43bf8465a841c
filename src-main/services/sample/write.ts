import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { mapInOrder } from '../images/parallel.ts';
import { PLANTED_SHARE, type PlannedFace, planSample } from './plan.ts';
import { renderFace } from './render.ts';

/** Raised whenever a change makes the same seed give other bytes. */
export const GENERATOR_VERSION = 1;

/** Faces in work at a time: one is drawn on this thread while others are rendered and compressed on the pool's. */
const AT_ONCE = 4;

export interface SampleOptions {
  readonly count?: number;
  readonly seed?: number;
  /** Width and height in pixels. */
  readonly size?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Writes the synthetic data set into `folder`, which must not exist yet: `images/sf-00001.jpg` …, `labels.csv` (path,
 * label, split, then the taggers' votes a class), `truth.csv` (path, truth, planted, mixed_with, mixture, intensity) and
 * `sample.json`. It is made beside the folder and appears whole, or not at all.
 * @throws FailureError 'cancelled'
 */
export async function writeSample(folder: string, options: SampleOptions = {}): Promise<void> {
  const { count = 600, seed = 1, size = 224, signal, onProgress } = options;
  const draft = join(dirname(folder), `.sample-${process.pid}.tmp`);
  await rm(draft, { recursive: true, force: true });
  try {
    await mkdir(join(draft, 'images'), { recursive: true });
    const make = async (face: PlannedFace): Promise<PlannedFace> => {
      if (signal?.aborted) throw new FailureError({ kind: 'cancelled', message: 'Cancelled.', remedy: '' });
      await writeFile(join(draft, pathOf(face)), await renderFace(face.portrait, size, seed, face.number - 1));
      // Drawing and noise are computed on this thread: whoever waits for it gets a turn after every face.
      await setImmediate();
      return face;
    };
    const labels = [['path', 'label', 'split', ...EXPRESSIONS].join(',')];
    const truth = ['path,truth,planted,mixed_with,mixture,intensity'];
    for await (const face of mapInOrder(planSample(seed, count), AT_ONCE, make)) {
      labels.push(labelRow(face));
      truth.push(truthRow(face));
      onProgress?.(face.number, count);
    }
    await writeFile(join(draft, 'labels.csv'), `${labels.join('\n')}\n`);
    await writeFile(join(draft, 'truth.csv'), `${truth.join('\n')}\n`);
    const manifest = { generator: GENERATOR_VERSION, seed, count, size, plantedShare: PLANTED_SHARE };
    await writeFile(join(draft, 'sample.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function pathOf({ number }: PlannedFace): string {
  return `images/sf-${String(number).padStart(5, '0')}.jpg`;
}

function labelRow(face: PlannedFace): string {
  return [pathOf(face), face.label, face.split, ...EXPRESSIONS.map((expression) => face.votes[expression])].join(',');
}

function truthRow(face: PlannedFace): string {
  const { truth, planted, second, intensity } = face;
  const mixture = second ? [second.expression, second.share.toFixed(3)] : ['', '0'];
  return [pathOf(face), truth, planted ? 1 : 0, ...mixture, intensity.toFixed(3)].join(',');
}
