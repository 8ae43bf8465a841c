/**
 * Gradients of the TensorFlow.js kernels that POSTER-Var uses. The tape is TensorFlow.js's own; its table of gradients is
 * not in the build that Node loads, and these record fewer ops (no constants of ones where a broadcast will do).
 * Formulas: dx for y = f(x) given dy; a broadcast operand gets the sum over the dimensions it was repeated along.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, NamedAttrMap, NamedTensorMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

type Gradients = Record<string, () => Tensor>;

interface Saved {
  readonly saved: readonly Tensor[];
  readonly attrs: NamedAttrMap;
}

/** The index-th tensor that the forward pass kept. */
function kept({ saved }: Saved, index: number): Tensor {
  const tensor = saved[index];
  if (!tensor) throw new Error(`the forward pass kept no tensor number ${index}`);
  return tensor;
}

function register(
  kernelName: string,
  save: Pick<GradConfig, 'inputsToSave' | 'outputsToSave' | 'saveAllInputs'>,
  gradients: (dy: Tensor, from: Saved) => Gradients,
): void {
  const gradFunc: GradConfig['gradFunc'] = (dy, saved, attrs) => {
    if (Array.isArray(dy)) throw new Error(`${kernelName} has several outputs; its gradient expects one`);
    return gradients(dy, { saved, attrs });
  };
  tf.registerGradient({ kernelName, ...save, gradFunc });
}

/** Sums `dy` over the dimensions along which an operand of the given shape was broadcast. */
function unbroadcast(dy: Tensor, shape: readonly number[]): Tensor {
  const lead = dy.rank - shape.length;
  const axes = dy.shape.flatMap((length, axis) =>
    axis < lead || (shape[axis - lead] === 1 && length !== 1) ? [axis] : [],
  );
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, [...shape]);
}

/** `dy` of a reduction, repeated along the dimensions that were reduced. */
function spread(dy: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return tf.mul(tf.reshape(dy, kept), tf.ones(x.shape));
}

function axesOf(attrs: NamedAttrMap, x: Tensor): number[] {
  const given = attrs['axis'];
  if (given === undefined || given === null) return x.shape.map((_, axis) => axis);
  return (Array.isArray(given) ? given : [given]).map((axis) =>
    Number(axis) < 0 ? Number(axis) + x.rank : Number(axis),
  );
}

const both = { inputsToSave: ['a', 'b'] };
register('Add', both, (dy, from) => ({
  a: () => unbroadcast(dy, kept(from, 0).shape),
  b: () => unbroadcast(dy, kept(from, 1).shape),
}));
register('Sub', both, (dy, from) => ({
  a: () => unbroadcast(dy, kept(from, 0).shape),
  b: () => tf.neg(unbroadcast(dy, kept(from, 1).shape)),
}));
register('Multiply', both, (dy, from) => ({
  a: () => unbroadcast(tf.mul(dy, kept(from, 1)), kept(from, 0).shape),
  b: () => unbroadcast(tf.mul(dy, kept(from, 0)), kept(from, 1).shape),
}));
register('RealDiv', both, (dy, from) => {
  const [a, b] = [kept(from, 0), kept(from, 1)];
  return {
    a: () => unbroadcast(tf.div(dy, b), a.shape),
    b: () => unbroadcast(tf.neg(tf.div(tf.mul(dy, a), tf.square(b))), b.shape),
  };
});

const input = { inputsToSave: ['x'] };
const output = { outputsToSave: [true] };
register('Neg', {}, (dy) => ({ x: () => tf.neg(dy) }));
register('Exp', output, (dy, from) => ({ x: () => tf.mul(dy, kept(from, 0)) }));
register('Log', input, (dy, from) => ({ x: () => tf.div(dy, kept(from, 0)) }));
register('Sqrt', output, (dy, from) => ({ x: () => tf.div(tf.mul(dy, 0.5), kept(from, 0)) }));
register('Square', input, (dy, from) => ({ x: () => tf.mul(dy, tf.mul(kept(from, 0), 2)) }));
register('Erf', input, (dy, from) => ({
  x: () => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(kept(from, 0)))), 2 / Math.sqrt(Math.PI))),
}));
register('Sigmoid', output, (dy, from) => ({
  x: () => tf.mul(dy, tf.mul(kept(from, 0), tf.sub(1, kept(from, 0)))),
}));
register('Relu', output, (dy, from) => ({ x: () => tf.mul(dy, tf.step(kept(from, 0))) }));
register('Softmax', output, (dy, from) => {
  const y = kept(from, 0);
  const weighted = tf.mul(dy, y);
  return { logits: () => tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y)) };
});

register('Cast', input, (dy) => ({ x: () => dy }));
register('Identity', {}, (dy) => ({ x: () => dy }));
register('Reshape', input, (dy, from) => ({ x: () => tf.reshape(dy, kept(from, 0).shape) }));
register('Transpose', {}, (dy, { attrs }) => {
  const perm = attrs['perm'] as number[];
  return {
    x: () =>
      tf.transpose(
        dy,
        perm.map((_, axis) => perm.indexOf(axis)),
      ),
  };
});
register('Slice', input, (dy, from) => {
  const begin = from.attrs['begin'] as number[];
  const { shape } = kept(from, 0);
  const padding = shape.map((length, axis): [number, number] => {
    const before = begin[axis] ?? 0;
    return [before, length - before - (dy.shape[axis] ?? 0)];
  });
  return { x: () => tf.pad(dy, padding) };
});
register('Concat', { saveAllInputs: true }, (dy, { saved, attrs }) => {
  const axis = Number(attrs['axis']);
  const sizes = saved.map(({ shape }) => shape.at(axis) ?? 0);
  const parts = tf.split(dy, sizes, axis);
  return Object.fromEntries(parts.map((part, index) => [index, () => part]));
});
register('Tile', input, (dy, from) => {
  const { shape } = kept(from, 0);
  const reps = from.attrs['reps'] as number[];
  const apart = shape.flatMap((length, axis) => [reps[axis] ?? 1, length]);
  const repeats = shape.map((_, axis) => 2 * axis);
  return { x: () => tf.reshape(tf.sum(tf.reshape(dy, apart), repeats), shape) };
});
register('GatherV2', { inputsToSave: ['x', 'indices'] }, (dy, from) => {
  const [table, indices] = [kept(from, 0), kept(from, 1)];
  if (from.attrs['axis'] !== 0 || indices.rank !== 1)
    throw new Error('only rows picked by a list have a gradient here');
  const rows = indices as tf.Tensor1D;
  return { x: () => tf.unsortedSegmentSum(dy, rows, table.shape[0] ?? 0), indices: () => tf.zerosLike(indices) };
});

register('Sum', input, (dy, from) => {
  const x = kept(from, 0);
  return { x: () => spread(dy, x, axesOf(from.attrs, x)) };
});
register('Mean', input, (dy, from) => {
  const x = kept(from, 0);
  return { x: () => spread(tf.mul(dy, dy.size / x.size), x, axesOf(from.attrs, x)) };
});

register('BatchMatMul', both, (dy, from) => {
  const [a, b] = [kept(from, 0), kept(from, 1)];
  const { transposeA, transposeB } = from.attrs;
  return {
    a: () => (transposeA ? tf.matMul(b, dy, !!transposeB, true) : tf.matMul(dy, b, false, !transposeB)),
    b: () => (transposeB ? tf.matMul(dy, a, true, !!transposeA) : tf.matMul(a, dy, !transposeA, false)),
  };
});

/** A kernel that no public op calls. */
function kernel(name: string, inputs: NamedTensorMap, attrs: NamedAttrMap): Tensor {
  const result: Tensor | TensorInfo | (Tensor | TensorInfo)[] = tf.engine().runKernel(name, inputs, attrs);
  if (result instanceof tf.Tensor) return result;
  throw new Error(`kernel ${name} gave no tensor`);
}

for (const convolution of ['Conv2D', 'DepthwiseConv2dNative']) {
  register(convolution, { inputsToSave: ['x', 'filter'] }, (dy, from) => {
    const [x, filter] = [kept(from, 0), kept(from, 1)];
    const { strides, pad, dilations } = from.attrs;
    const attrs = {
      strides: strides ?? 1,
      pad: pad ?? 0,
      ...(convolution === 'Conv2D' ? { dataFormat: 'NHWC' } : { dilations: dilations ?? 1 }),
    };
    return {
      x: () => kernel(`${convolution}BackpropInput`, { dy, filter }, { ...attrs, inputShape: x.shape }),
      filter: () => kernel(`${convolution}BackpropFilter`, { x, dy }, { ...attrs, filterShape: filter.shape }),
    };
  });
}
