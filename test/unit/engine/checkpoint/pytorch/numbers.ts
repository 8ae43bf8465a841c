import type { PyTorchTensor } from '../../../../../src-main/services/engine/checkpoint/pytorch/read.ts';

/** A tensor's elements as numbers. */
export function numbersOf({ element, bytes, byteLength }: PyTorchTensor): number[] {
  const joined = Buffer.concat([...bytes()]);
  if (joined.byteLength !== byteLength) throw new Error(`${joined.byteLength} bytes instead of ${byteLength}`);
  const raw = new Uint8Array(joined).buffer;
  switch (element) {
    case 'F64':
      return [...new Float64Array(raw)];
    case 'F32':
      return [...new Float32Array(raw)];
    case 'F16':
      return [...new Float16Array(raw)];
    case 'BF16':
      return [...new Uint16Array(raw)].map((upper) => new Float32Array(Uint32Array.of(upper << 16).buffer)[0] ?? NaN);
    case 'I64':
      return [...new BigInt64Array(raw)].map(Number);
    case 'I32':
      return [...new Int32Array(raw)];
    case 'I16':
      return [...new Int16Array(raw)];
    case 'I8':
      return [...new Int8Array(raw)];
    case 'U8':
    case 'BOOL':
      return [...new Uint8Array(raw)];
  }
}
