/** Outputs of a written file beside the app's own. */
import type { ModelExport } from '../../../../src-shared/domain/model.ts';
import { VERIFIED_IMAGES } from '../../../../src-shared/domain/model.ts';
import { argmax } from '../../../../src-shared/metrics/vich.ts';
import { decodeSquare, normalise } from '../../images/pixels.ts';
import type { ExportRequest } from '../interface.ts';
import { Random } from '../random.ts';
import { IMAGE_SIZE } from '../runtime/graphs.ts';

export interface Outputs {
  readonly mu: Float32Array;
  readonly logvar: Float32Array | null;
}

export interface Runner {
  run(images: Float32Array, n: number): Promise<Outputs>;
  dispose(): Promise<void>;
}

export interface Samples {
  readonly pixels: Float32Array;
  readonly count: number;
  /** Index into classes, of the images that have a label; null: not measured. */
  readonly labels: readonly (number | null)[];
  /** How many of them the difference is told of. */
  readonly images: number;
  readonly source: ModelExport['source'];
}

/** Enough to see half a point, and no more than fits the memory. */
const MEASURED = 1_000;

/** @param measure whether accuracy is asked for as well: then all labelled images are read. */
export async function readSamples(
  images: ExportRequest['images'],
  labelled: ExportRequest['labelled'],
  measure: boolean,
): Promise<Samples> {
  const wanted = measure && labelled.length > 0 ? labelled.slice(0, MEASURED) : images.slice(0, VERIFIED_IMAGES);
  const settled = await Promise.allSettled(wanted.map(({ file, box }) => decodeSquare(file, box)));
  const read = settled.flatMap((one, index) =>
    one.status === 'fulfilled' ? [{ rgb: one.value, label: labelOf(wanted[index]) }] : [],
  );
  if (read.length === 0) return generated();
  const pixels = new Float32Array(read.length * IMAGE_SIZE);
  read.forEach(({ rgb }, slot) => normalise(rgb, pixels, slot * IMAGE_SIZE));
  const labels = read.map(({ label }) => (measure ? label : null));
  return { pixels, count: read.length, labels, images: read.length, source: 'validation' };
}

function labelOf(image: ExportRequest['images'][number] | undefined): number | null {
  return image !== undefined && 'label' in image && typeof image.label === 'number' ? image.label : null;
}

/** Pixels drawn at random, in patches: without any photograph at hand they still tell two graphs apart. */
function generated(): Samples {
  const random = Random.seeded(32);
  const pixels = new Float32Array(VERIFIED_IMAGES * IMAGE_SIZE);
  const PATCH = 28;
  for (let image = 0; image < VERIFIED_IMAGES; image++) {
    const patches = Float32Array.from({ length: 3 * 64 }, () => random.normal());
    for (let index = 0; index < IMAGE_SIZE; index++) {
      const [channel, row, column] = [Math.floor(index / 50_176), Math.floor((index % 50_176) / 224), index % 224];
      const patch = patches[channel * 64 + Math.floor(row / PATCH) * 8 + Math.floor(column / PATCH)] ?? 0;
      pixels[image * IMAGE_SIZE + index] = patch;
    }
  }
  const labels = new Array<null>(VERIFIED_IMAGES).fill(null);
  return { pixels, count: VERIFIED_IMAGES, labels, images: VERIFIED_IMAGES, source: 'generated' };
}

/** Largest |difference| of mu and logvar, NaN for anything that is no number; accuracy where labels are known. */
export function compareOutputs(
  app: Outputs,
  file: Outputs,
  { count, labels }: Samples,
): Pick<ModelExport, 'difference' | 'accuracy'> {
  const difference = Math.max(
    largest(app.mu, file.mu),
    app.logvar && file.logvar ? largest(app.logvar, file.logvar) : app.logvar || file.logvar ? NaN : 0,
  );
  const classes = app.mu.length / count;
  const right = ({ mu }: Outputs): number =>
    labels.filter((label, image) => label === argmax(mu.subarray(image * classes, (image + 1) * classes))).length;
  const images = labels.filter((label) => label !== null).length;
  return {
    difference,
    accuracy: images === 0 ? null : { app: right(app) / images, file: right(file) / images, images },
  };
}

function largest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return NaN;
  // Math.max passes NaN on, which no tolerance admits.
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0);
}
