/** The bytes of a tensor, row by row, from wherever its storage lies. */
import { bytesOf, elementSize, elementsOf, reachOf } from './build-tensor.ts';
import { ELEMENT_BYTES } from './elements.ts';
import { pieces } from './source.ts';
import type { ByteSource } from './source.ts';
import type { PyTensor } from './values.ts';

/** Elements copied between two pieces of a strided tensor. */
const PIECE = 1 << 20;

/** @param start where the tensor's storage begins in the source. */
export function* tensorBytes(source: ByteSource, start: number, tensor: PyTensor): Generator<Uint8Array> {
  const size = ELEMENT_BYTES[tensor.element];
  const { storage } = tensor;
  const first = start + Number(storage.start * elementSize(storage.element)) + Number(tensor.offset) * size;
  if (isContiguous(tensor)) yield* pieces(source, first, Number(bytesOf(tensor)));
  else yield* strided(source.read(first, Number(reachOf(tensor)) * size), tensor, size);
}

/** In PyTorch's sense: a dimension of one element may have any stride. */
function isContiguous({ shape, stride }: PyTensor): boolean {
  if (shape.includes(0n)) return true;
  let expected = 1n;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const side = shape[axis] ?? 1n;
    if (side === 1n) continue;
    if (stride[axis] !== expected) return false;
    expected *= side;
  }
  return true;
}

function* strided(from: Uint8Array, tensor: PyTensor, size: number): Generator<Uint8Array> {
  const shape = tensor.shape.map(Number);
  const stride = tensor.stride.map(Number);
  const place = shape.map(() => 0);
  const total = Number(elementsOf(tensor));
  let at = 0;
  for (let done = 0; done < total; done += PIECE) {
    const count = Math.min(PIECE, total - done);
    const into = new Uint8Array(count * size);
    for (let index = 0; index < count; index++) {
      for (let byte = 0; byte < size; byte++) into[index * size + byte] = from[at * size + byte] ?? 0;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        at += stride[axis] ?? 0;
        place[axis] = (place[axis] ?? 0) + 1;
        if (place[axis] !== shape[axis]) break;
        at -= (stride[axis] ?? 0) * (shape[axis] ?? 0);
        place[axis] = 0;
      }
    }
    yield into;
  }
}
