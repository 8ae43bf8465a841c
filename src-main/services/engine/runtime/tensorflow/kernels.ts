/**
 * Convolutions with the padding that the model asks for: TensorFlow's kernels know padding in numbers, the package that binds them
 * passes on `same` and `valid` only, and throws for the rest. And the step function in two passes, where the package takes six.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';

interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The parts of the package's backend that are used here. */
interface OpBackend {
  readonly binding: Readonly<Record<'TF_ATTR_INT' | 'TF_ATTR_STRING' | 'TF_ATTR_TYPE' | 'TF_FLOAT', number>>;
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly TensorInfo[]): TensorInfo;
}

function isOpBackend(value: unknown): value is OpBackend {
  return typeof value === 'object' && value !== null && 'executeSingleOutput' in value && 'binding' in value;
}

type Convolve = (backend: OpBackend, inputs: NamedTensorInfoMap, attrs: NamedAttrMap) => TensorInfo;

function window({ binding }: OpBackend, attrs: NamedAttrMap): OpAttribute[] {
  const { strides, pad } = attrs;
  const [rows, columns] = Array.isArray(strides) ? (strides as number[]) : [Number(strides), Number(strides)];
  if (typeof pad !== 'number') throw new Error('TensorFlow’s convolutions are given padding in numbers here');
  const ints = (name: string, value: readonly (number | undefined)[]): OpAttribute => ({
    name,
    type: binding.TF_ATTR_INT,
    value,
  });
  const text = (name: string, value: string): OpAttribute => ({ name, type: binding.TF_ATTR_STRING, value });
  return [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    ints('strides', [1, rows, columns, 1]),
    ints('dilations', [1, 1, 1, 1]),
    text('data_format', 'NHWC'),
    text('padding', pad === 0 ? 'VALID' : 'EXPLICIT'),
    ...(pad === 0 ? [] : [ints('explicit_paddings', [0, 0, pad, pad, pad, pad, 0, 0])]),
  ];
}

function input(inputs: NamedTensorInfoMap, name: string): TensorInfo {
  const tensor = inputs[name];
  if (!tensor) throw new Error(`a convolution was called without ${name}`);
  return tensor;
}

/** Runs `body` with a shape as a tensor, which is how TensorFlow takes the sizes of a gradient. */
function withShape(shape: unknown, body: (sizes: tf.Tensor) => TensorInfo): TensorInfo {
  const sizes = tf.tensor1d(shape as number[], 'int32');
  const result = body(sizes);
  sizes.dispose();
  return result;
}

const kinds = ['Conv2D', 'DepthwiseConv2dNative'] as const;

function kernelsOf(kind: (typeof kinds)[number]): Record<string, Convolve> {
  return {
    [kind]: (backend, inputs, attrs) =>
      backend.executeSingleOutput(kind, window(backend, attrs), [input(inputs, 'x'), input(inputs, 'filter')]),
    [`${kind}BackpropInput`]: (backend, inputs, attrs) =>
      withShape(attrs['inputShape'], (sizes) =>
        backend.executeSingleOutput(`${kind}BackpropInput`, window(backend, attrs), [
          sizes,
          input(inputs, 'filter'),
          input(inputs, 'dy'),
        ]),
      ),
    [`${kind}BackpropFilter`]: (backend, inputs, attrs) =>
      withShape(attrs['filterShape'], (sizes) =>
        backend.executeSingleOutput(`${kind}BackpropFilter`, window(backend, attrs), [
          input(inputs, 'x'),
          sizes,
          input(inputs, 'dy'),
        ]),
      ),
  };
}

/** 1 above zero, else 0; NaN gives 0, not NaN: where it is used, x itself carries the NaN on. */
const step: Convolve = (backend, inputs) => {
  const x = input(inputs, 'x') as tf.Tensor;
  return tf.tidy(() => tf.cast(tf.greater(x, 0), 'float32'));
};

/** Puts these kernels in the place of the package's own. */
export function replaceKernels(backendName = 'tensorflow'): void {
  const replacements = [...kinds.flatMap((kind) => Object.entries(kernelsOf(kind))), ['Step', step] as const];
  for (const [kernelName, convolve] of replacements) {
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        if (!isOpBackend(backend)) throw new Error('this is not the backend that TensorFlow’s package registers');
        return convolve(backend, inputs, attrs ?? {});
      },
    });
  }
}
