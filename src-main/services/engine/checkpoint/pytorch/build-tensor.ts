/** Tensors as PyTorch describes them: a storage, an offset, a shape, strides. All arithmetic in BigInt: nothing overflows. */
import { ELEMENT_BYTES } from './elements.ts';
import type { ElementType } from './elements.ts';
import { LIMITS } from './limits.ts';
import { refuse } from './refuse.ts';
import { isKind } from './values.ts';
import type { Builder, PyTensor, PyValue } from './values.ts';

/** Builder for one of the three ways to rebuild a tensor; they differ in what follows the strides. */
export function tensorOf(version: 'v1' | 'v2' | 'v3'): Builder {
  return (args) => {
    const [storage, offset, shape, stride, , , dtype] = args;
    if (!isKind(storage, 'storage')) throw refuse('a tensor has no storage');
    if (version !== 'v1' && args.length < 6) throw refuse('a tensor is described incompletely');
    let element = storage.element;
    if (version === 'v3') {
      if (!isKind(dtype, 'global') || dtype.role.is !== 'dtype')
        throw refuse('a tensor has an element type that is not known');
      element = dtype.role.element;
    }
    if (element === null) throw refuse('a tensor does not say what its elements are');
    return checked({
      kind: 'tensor',
      element,
      storage,
      offset: integer(offset),
      shape: integers(shape),
      stride: integers(stride),
    });
  };
}

function integer(value: PyValue | undefined): bigint {
  if (typeof value !== 'bigint') throw refuse('a tensor is described by something else than whole numbers');
  if (value < 0n) throw refuse('a tensor is described by a negative number');
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw refuse('a tensor is described by a number that no file can hold');
  return value;
}

function integers(value: PyValue | undefined): bigint[] {
  if (!isKind(value, 'tuple') && !isKind(value, 'list')) throw refuse('a tensor has no shape');
  if (value.items.length > LIMITS.rank) throw refuse(`a tensor has ${value.items.length} dimensions`);
  return value.items.map(integer);
}

/** Number of elements. */
export function elementsOf({ shape }: Pick<PyTensor, 'shape'>): bigint {
  return shape.reduce((product, side) => product * side, 1n);
}

/** Bytes of the tensor written out row by row. */
export function bytesOf(tensor: Pick<PyTensor, 'shape' | 'element'>): bigint {
  return elementsOf(tensor) * BigInt(ELEMENT_BYTES[tensor.element]);
}

/** One past the last element that is read, counted from the offset; 0 for a tensor without elements. */
export function reachOf({ shape, stride }: Pick<PyTensor, 'shape' | 'stride'>): bigint {
  if (shape.includes(0n)) return 0n;
  return shape.reduce((last, side, axis) => last + (side - 1n) * (stride[axis] ?? 0n), 1n);
}

function checked(tensor: PyTensor): PyTensor {
  const { shape, stride, offset, storage, element } = tensor;
  if (shape.length !== stride.length) throw refuse('a tensor has another number of strides than of dimensions');
  const available = (storage.length * elementSize(storage.element)) / BigInt(ELEMENT_BYTES[element]);
  if (offset + reachOf(tensor) > available) {
    throw refuse(`a tensor of shape [${shape.join(', ')}] reads beyond its storage of ${available} elements`);
  }
  return tensor;
}

export function elementSize(element: ElementType | null): bigint {
  return element === null ? 1n : BigInt(ELEMENT_BYTES[element]);
}
