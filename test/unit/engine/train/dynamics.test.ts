import { describe, expect, it } from 'vitest';
import { UNSEEN } from '../../../../src-shared/domain/dynamics.ts';
import { DynamicsRecorder } from '../../../../src-main/services/engine/train/dynamics.ts';

const MU = Float32Array.from([2, -1, 0.5, 0.1, 0.3, 0.2, -4, 1, 1]);

describe('DynamicsRecorder', () => {
  it('notes loss, margin on the assigned label and predicted class at the images’ places', () => {
    const recorder = new DynamicsRecorder(5, 3);
    // Two of three: the last is a tie, and the first of equals is what is predicted.
    expect(recorder.note(Uint32Array.of(4, 0, 2), Int32Array.of(0, 2, 1), MU)).toBe(2);
    const { loss, margin, predicted } = recorder.take();
    // torch.nn.functional.cross_entropy(mu, y, reduction='none'), and mu[y] - max of the others.
    const close = (values: Float32Array, expected: readonly number[]) =>
      expect([...values]).toEqual(
        expected.map((value): unknown => (Number.isNaN(value) ? NaN : expect.closeTo(value, 6))),
      );
    close(loss, [1.1019428968, NaN, 0.6965104938, NaN, 0.2413113266]);
    close(margin, [-0.1000000089, NaN, 0, NaN, 1.5]);
    expect([...predicted]).toEqual([1, UNSEEN, 1, UNSEEN, 0]);
    expect([...recorder.take().predicted]).toEqual(Array(5).fill(UNSEEN));
  });

  it('goes on within an epoch where a resume point stood, and takes nine bytes an image', () => {
    const straight = new DynamicsRecorder(3, 3);
    straight.note(Uint32Array.of(0), Int32Array.of(1), MU.subarray(0, 3));
    const resumed = new DynamicsRecorder(3, 3);
    resumed.restore(straight.state());
    for (const recorder of [straight, resumed]) recorder.note(Uint32Array.of(2), Int32Array.of(1), MU.subarray(3, 6));
    const taken = resumed.take();
    expect(taken).toEqual(straight.take());
    expect(taken.loss.byteLength + taken.margin.byteLength + taken.predicted.byteLength).toBe(3 * 9);
    resumed.restore(new Map());
    expect([...resumed.take().predicted]).toEqual([UNSEEN, UNSEEN, UNSEEN]);
  });
});
