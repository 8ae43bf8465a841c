import { expect, it } from 'vitest';
import type { TrainingDynamics } from '../../../src-shared/domain/dynamics.ts';
import {
  packDynamics,
  PackedDynamics,
  packFloats,
  unpackDynamics,
  unpackFloats,
} from '../../../src-main/services/runs/packed-history.ts';

it('numbers go through JSON bit for bit, from any place in a larger buffer', () => {
  const whole = Float32Array.of(9, 0.1, -0, NaN, Infinity, 1e-45);
  const part = whole.subarray(1);
  expect(unpackFloats(packFloats(part))).toEqual(part);
  expect(Object.is(unpackFloats(packFloats(part))[1], -0)).toBe(true);
});

it('what training saw comes back under the ids that its images have in another project', () => {
  const seen: TrainingDynamics = {
    images: Int32Array.of(1, 2),
    labels: Uint8Array.of(6, 0),
    epochs: [
      { epoch: 1, loss: Float32Array.of(1.5, NaN), margin: Float32Array.of(-1, NaN), predicted: Uint8Array.of(2, 255) },
      { epoch: 3, loss: Float32Array.of(0.5, 2), margin: Float32Array.of(1, 0), predicted: Uint8Array.of(6, 0) },
    ],
  };
  const text = JSON.stringify(packDynamics(seen));
  const packed = PackedDynamics.parse(JSON.parse(text));
  expect(unpackDynamics(packed, [41, 42])).toEqual({ ...seen, images: Int32Array.of(41, 42) });
});
