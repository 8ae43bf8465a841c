/** A PyTorch checkpoint as a list of tensors, read without running anything of it. */
import { bytesOf } from './build-tensor.ts';
import type { ElementType } from './elements.ts';
import { tensorBytes } from './gather.ts';
import { pytorchKind } from './kind.ts';
import { openLegacy } from './legacy.ts';
import { LIMITS } from './limits.ts';
import { refuse } from './refuse.ts';
import type { ByteSource } from './source.ts';
import { findTensors } from './walk.ts';
import type { Found } from './walk.ts';
import { openZip } from './zip-checkpoint.ts';

export interface PyTorchTensor {
  /** The way to it in the file: keys joined by dots. */
  readonly name: string;
  readonly element: ElementType;
  readonly shape: readonly number[];
  readonly byteLength: number;
  /** Row-major, little-endian, piece by piece. */
  readonly bytes: () => Iterable<Uint8Array>;
}

export interface PyTorchFile {
  readonly format: 'zip' | 'legacy';
  readonly tensors: readonly PyTorchTensor[];
  readonly scalars: Found['scalars'];
  /** Classes and functions that the file names and that are not known here; what they would have made is left out. */
  readonly unknown: readonly string[];
}

/** Names kept of those that are not known. */
const LISTED = 200;

/**
 * @throws FailureError 'invalid' for a damaged or contradictory file, 'forbidden' naming what would run code, 'unsupported' for
 * a file of another kind.
 */
export function readPyTorch(source: ByteSource): PyTorchFile {
  const names = new Set<string>();
  const unknown = (name: string): void => {
    if (names.size < LISTED) names.add(name);
  };
  const format = pytorchKind(source);
  const { root, placeOf } = format === 'zip' ? openZip(source, unknown) : openLegacy(source, unknown);
  const { tensors, scalars } = findTensors(root);
  const logical = [...tensors.values()].reduce((sum, tensor) => sum + bytesOf(tensor), 0n);
  if (logical > BigInt(LIMITS.expansion * source.bytes)) {
    throw refuse(`its tensors would take ${logical} bytes, and the file has only ${source.bytes}`);
  }
  return {
    format,
    scalars,
    unknown: [...names],
    tensors: [...tensors].map(([name, tensor]) => ({
      name,
      element: tensor.element,
      shape: tensor.shape.map(Number),
      byteLength: Number(bytesOf(tensor)),
      bytes: () => tensorBytes(source, placeOf(tensor.storage), tensor),
    })),
  };
}
