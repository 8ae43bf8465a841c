/** A function of each row of a matrix: recorded once for all rows together, or run row by row where nothing is traced. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { backend, tensorInfo } from './backend.ts';
import { Value } from './graph.ts';

/**
 * @param x [rows, ...].
 * @param fn of [1, ...], whose result depends on the row.
 * @returns the results, stacked: [rows, ...].
 */
export function eachRow(x: Tensor, fn: (row: Tensor) => Tensor): Tensor {
  const source = x.dataId;
  if (source instanceof Value) {
    const result = backend
      .active()
      .eachRow(source, (row) => backend.traced(fn(tf.engine().makeTensorFromTensorInfo(tensorInfo(row)))));
    return tf.engine().makeTensorFromTensorInfo(tensorInfo(result));
  }
  const [count = 0, ...rest] = x.shape;
  const results = Array.from({ length: count }, (_, row) => {
    const result = fn(tf.slice(x, [row, ...rest.map(() => 0)], [1, ...rest]));
    return tf.reshape(result, [1, ...result.shape]);
  });
  return tf.concat(results, 0);
}
