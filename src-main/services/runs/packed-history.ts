/** Training dynamics and held-out probabilities in JSON, beside the checkpoint that they belong to. */
import { z } from 'zod';
import type { TrainingDynamics } from '../../../src-shared/domain/dynamics.ts';

/** Base64 of little-endian numbers. */
const Packed = z.base64();

export const PackedDynamics = z.object({
  labels: Packed,
  epochs: z.array(z.object({ epoch: z.number().int(), loss: Packed, margin: Packed, predicted: Packed })),
});
export type PackedDynamics = z.infer<typeof PackedDynamics>;

export function packFloats(values: Float32Array): string {
  return packBytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

export function unpackFloats(text: string): Float32Array<ArrayBuffer> {
  return new Float32Array(unpackBytes(text).buffer);
}

function packBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** A copy of its own: a Buffer's bytes may lie anywhere in a larger pool. */
function unpackBytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

export function packDynamics({ labels, epochs }: TrainingDynamics): PackedDynamics {
  return {
    labels: packBytes(labels),
    epochs: epochs.map(({ epoch, loss, margin, predicted }) => ({
      epoch,
      loss: packFloats(loss),
      margin: packFloats(margin),
      predicted: packBytes(predicted),
    })),
  };
}

/** @param images ids of the training list, in its order. */
export function unpackDynamics({ labels, epochs }: PackedDynamics, images: readonly number[]): TrainingDynamics {
  return {
    images: Int32Array.from(images),
    labels: unpackBytes(labels),
    epochs: epochs.map(({ epoch, loss, margin, predicted }) => ({
      epoch,
      loss: unpackFloats(loss),
      margin: unpackFloats(margin),
      predicted: unpackBytes(predicted),
    })),
  };
}
