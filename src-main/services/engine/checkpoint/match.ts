/** A checkpoint's tensors against those that its model needs. */
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { ParameterSpec } from '../model/parameters.ts';
import type { TensorEntry } from './safetensors.ts';

const DTYPES: Readonly<Record<ParameterSpec['dtype'], string>> = { float32: 'F32', int64: 'I64' };
/** Enough to see the pattern; a foreign file can differ in hundreds. */
const LISTED = 12;

/** Name in the file of an element type of the parameter table. */
export function fileDtype(dtype: ParameterSpec['dtype']): string {
  return DTYPES[dtype];
}

function list(title: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  return [`${title} ${names.slice(0, LISTED).join(', ')}${more}`];
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/**
 * Pairs every parameter with its tensor.
 * @throws FailureError 'invalid' that lists what is missing, extra, misshapen or of another element type.
 */
export function matchTensors(
  table: readonly ParameterSpec[],
  tensors: readonly TensorEntry[],
): ReadonlyMap<string, ParameterSpec> {
  const specs = new Map(table.map((spec) => [spec.name, spec]));
  const found = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const missing = table.filter((spec) => !found.has(spec.name)).map((spec) => spec.name);
  const extra = tensors.filter((tensor) => !specs.has(tensor.name)).map((tensor) => tensor.name);
  const misshapen: string[] = [];
  const mistyped: string[] = [];
  for (const { name, shape, dtype } of table) {
    const tensor = found.get(name);
    if (tensor === undefined) continue;
    if (shapeText(tensor.shape) !== shapeText(shape)) {
      misshapen.push(`${name} ${shapeText(tensor.shape)} instead of ${shapeText(shape)}`);
    } else if (tensor.dtype !== fileDtype(dtype)) {
      mistyped.push(`${name} ${tensor.dtype} instead of ${fileDtype(dtype)}`);
    }
  }
  const differences = [
    ...list('missing:', missing),
    ...list('unexpected:', extra),
    ...list('wrong shape:', misshapen),
    ...list('wrong element type:', mistyped),
  ];
  if (differences.length > 0) {
    throw new FailureError({
      kind: 'invalid',
      message: `The checkpoint does not fit its model: ${differences.join('; ')}.`,
      remedy: 'Check that size, classes and switches in the file belong to these weights, or export it again.',
    });
  }
  return specs;
}
