import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { evaluationGraph } from '../../../../src-main/services/engine/runtime/graphs.ts';
import { multiplyAdds } from '../../../../src-main/services/engine/trace/cost.ts';
import { trace } from '../../../../src-main/services/engine/trace/trace.ts';

describe('multiply-adds', () => {
  it('of a product of matrices, whichever of them is transposed', () => {
    const product = (a: number[], b: number[], flipA: boolean, flipB: boolean): number =>
      multiplyAdds(trace(({ x, w }) => ({ y: tf.matMul(x, w, flipA, flipB) }), { x: { shape: a }, w: { shape: b } }));
    expect(product([5, 3], [3, 2], false, false)).toBe(5 * 3 * 2);
    expect(product([3, 5], [2, 3], true, true)).toBe(5 * 3 * 2);
    expect(product([4, 5, 3], [4, 3, 2], false, false)).toBe(4 * 5 * 3 * 2);
  });

  it('of convolutions: window by channels in for each number that comes out', () => {
    const x = { shape: [2, 9, 9, 4] };
    const plain = trace(({ x, w }) => ({ y: tf.conv2d(x as Tensor4D, w as Tensor4D, 2, 1) }), {
      x,
      w: { shape: [3, 3, 4, 6] },
    });
    expect(multiplyAdds(plain)).toBe(2 * 5 * 5 * 6 * 3 * 3 * 4);
    const depthwise = trace(({ x, w }) => ({ y: tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, 1, 1) }), {
      x,
      w: { shape: [3, 3, 4, 1] },
    });
    expect(multiplyAdds(depthwise)).toBe(2 * 9 * 9 * 4 * 3 * 3);
  });

  it('of elementwise work are none', () => {
    expect(multiplyAdds(trace(({ x }) => ({ y: tf.exp(tf.mul(x, x)) }), { x: { shape: [7] } }))).toBe(0);
  });

  it('of the network grow with the batch alone, and a little with VICH’s second output', () => {
    const config: ModelConfig = {
      ...{ size: 'paper', classes: 7, vich: true, layerEmbedding: true, frozenBackboneBatchNorm: 'batch' },
    };
    const one = multiplyAdds(evaluationGraph(config, 1));
    expect(multiplyAdds(evaluationGraph(config, 2))).toBe(2 * one);
    // POSTER++ (Mao et al. 2023), the network without VICH, gives 8.4 G; a pass that skips what nothing reads needs less.
    expect(one / 1e9).toBeGreaterThan(7);
    expect(one / 1e9).toBeLessThan(8.5);
    // The head has one linear layer of 768 to 7 more.
    expect(one - multiplyAdds(evaluationGraph({ ...config, vich: false }, 1))).toBe(768 * 7);
  });
});
