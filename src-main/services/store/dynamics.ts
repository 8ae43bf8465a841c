import type { EpochDynamics, TrainingDynamics } from '../../../src-shared/domain/dynamics.ts';
import type { Database, Statement } from './database.ts';
import { toBlob, toFloats, toIntegers } from './packed.ts';

interface EpochRecord {
  epoch: number;
  loss: Uint8Array;
  margin: Uint8Array;
  predicted: Uint8Array;
}

/** Training dynamics: a run's training list once, and nine bytes an image and epoch. */
export class Dynamics {
  readonly #putImages: Statement<[run: number, images: Uint8Array, labels: Uint8Array]>;
  readonly #images: Statement<[number], { images: Uint8Array; labels: Uint8Array }>;
  readonly #putEpoch: Statement<
    [run: number, epoch: number, loss: Uint8Array, margin: Uint8Array, predicted: Uint8Array]
  >;
  readonly #epochs: Statement<[number], EpochRecord>;

  constructor(database: Database) {
    this.#putImages = database.prepare('INSERT OR REPLACE INTO run_images (run, images, labels) VALUES (?, ?, ?)');
    this.#images = database.prepare('SELECT images, labels FROM run_images WHERE run = ?');
    this.#putEpoch = database.prepare(
      'INSERT OR REPLACE INTO run_dynamics (run, epoch, loss, margin, predicted) VALUES (?, ?, ?, ?, ?)',
    );
    this.#epochs = database.prepare(
      'SELECT epoch, loss, margin, predicted FROM run_dynamics WHERE run = ? ORDER BY epoch',
    );
  }

  putImages(run: number, images: Int32Array, labels: Uint8Array): void {
    this.#putImages.run(run, toBlob(images), labels);
  }

  putEpoch(run: number, epoch: number, { loss, margin, predicted }: EpochDynamics): void {
    this.#putEpoch.run(run, epoch, toBlob(loss), toBlob(margin), predicted);
  }

  read(run: number): TrainingDynamics | null {
    const list = this.#images.get(run);
    if (list === undefined) return null;
    return {
      images: toIntegers(list.images),
      labels: new Uint8Array(list.labels),
      epochs: this.#epochs.all(run).map(({ epoch, loss, margin, predicted }) => ({
        epoch,
        loss: toFloats(loss),
        margin: toFloats(margin),
        predicted: new Uint8Array(predicted),
      })),
    };
  }
}
