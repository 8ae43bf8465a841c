/** An op with a gradient of its own, for where autodiff's would record far more than the formula needs. */
import { customGrad } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * @param inputs what the op is differentiated by; `backward` returns one gradient for each, in this order.
 * @param forward computes the value and the tensors that the backward pass reads.
 */
export function withGradient<T extends Tensor, S extends Tensor[]>(
  inputs: readonly Tensor[],
  forward: () => { value: T; saved: [...S] },
  backward: (dy: T, saved: S) => Tensor[],
): T {
  return customGrad<T>((...args) => {
    const save = args[args.length - 1] as (tensors: Tensor[]) => void;
    const { value, saved } = forward();
    save(saved);
    return { value, gradFunc: (dy, kept) => backward(dy, kept as S) };
  })(...inputs);
}
