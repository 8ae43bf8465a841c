/** Notes what each step saw of each of its images, for one epoch at a time. */
import { UNSEEN } from '../../../../src-shared/domain/dynamics.ts';
import type { EpochDynamics } from '../../../../src-shared/domain/dynamics.ts';
import { argmax, crossEntropy } from '../../../../src-shared/metrics/vich.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';

export class DynamicsRecorder {
  readonly #classes: number;
  readonly #loss: Float32Array;
  readonly #margin: Float32Array;
  readonly #predicted: Uint8Array;

  /** @param images of the training list. */
  constructor(images: number, classes: number) {
    this.#classes = classes;
    this.#loss = new Float32Array(images);
    this.#margin = new Float32Array(images);
    this.#predicted = new Uint8Array(images);
    this.#clear();
  }

  /**
   * Notes a batch.
   * @param positions of its images in the training list.
   * @param mu [batch, classes], of the step, before its update.
   * @returns how many it predicts right.
   */
  note(positions: Uint32Array, labels: Int32Array, mu: Float32Array): number {
    let correct = 0;
    positions.forEach((position, slot) => {
      const logits = mu.subarray(slot * this.#classes, (slot + 1) * this.#classes);
      const label = labels[slot] ?? 0;
      const predicted = argmax(logits);
      this.#loss[position] = crossEntropy(logits, label);
      this.#margin[position] = (logits[label] ?? NaN) - largestOther(logits, label);
      this.#predicted[position] = predicted;
      if (predicted === label) correct += 1;
    });
    return correct;
  }

  /** The epoch's notes; the next epoch begins with none. */
  take(): EpochDynamics {
    const taken = {
      loss: this.#loss.slice(),
      margin: this.#margin.slice(),
      predicted: this.#predicted.slice(),
    };
    this.#clear();
    return taken;
  }

  /** The notes of an epoch under way, for a resume point. */
  state(): Map<string, StoredTensor> {
    const tensor = (data: Float32Array): StoredTensor => ({ dtype: 'float32', shape: [data.length], data });
    return new Map([
      ['loss', tensor(this.#loss)],
      ['margin', tensor(this.#margin)],
      ['predicted', tensor(Float32Array.from(this.#predicted))],
    ]);
  }

  /** Goes on from a resume point; one without notes leaves the images seen before it as unseen. */
  restore(state: Weights): void {
    const read = (name: string, into: Float32Array | Uint8Array): void => {
      const data = state.get(name)?.data;
      if (data instanceof Float32Array && data.length === into.length) into.set(data);
    };
    read('loss', this.#loss);
    read('margin', this.#margin);
    read('predicted', this.#predicted);
  }

  #clear(): void {
    this.#loss.fill(NaN);
    this.#margin.fill(NaN);
    this.#predicted.fill(UNSEEN);
  }
}

function largestOther(logits: Float32Array, label: number): number {
  let largest = -Infinity;
  logits.forEach((value, index) => {
    if (index !== label && value > largest) largest = value;
  });
  return largest;
}
