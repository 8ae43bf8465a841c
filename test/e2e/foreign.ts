/** A checkpoint as someone else would write it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCheckpoint } from '../../src-main/services/engine/checkpoint/checkpoint.ts';
import { encodeHeader } from '../../src-main/services/engine/checkpoint/safetensors.ts';
import type { TensorEntry } from '../../src-main/services/engine/checkpoint/safetensors.ts';
import { root } from './paths.ts';

/** The sample's model: its outputs are in AffectNet's order. */
export const sampleCheckpoint = join(root, 'resources', 'sample', 'tiny.safetensors');

/** The weights under DataParallel's names, with a tensor of nobody's and without the counters of batch norms; it names no classes. */
export function writeForeign(checkpoint: string, out: string): void {
  const entries: TensorEntry[] = [];
  const data: Uint8Array[] = [];
  let end = 0;
  const add = (name: string, dtype: string, shape: readonly number[], bytes: Uint8Array): void => {
    entries.push({ name, dtype, shape, begin: end, end: end + bytes.byteLength });
    data.push(bytes);
    end += bytes.byteLength;
  };
  for (const [name, { dtype, shape, data: values }] of loadCheckpoint(checkpoint).weights) {
    if (name.endsWith('.num_batches_tracked')) continue;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    add(`module.${name}`, dtype === 'int64' ? 'I64' : 'F32', shape, bytes);
  }
  add('module.aux_head.weight', 'F32', [2, 2], new Uint8Array(16));
  writeFileSync(out, Buffer.concat([encodeHeader(entries, new Map([['epoch', '12']])), ...data]));
}
