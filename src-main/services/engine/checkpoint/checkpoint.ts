/** Checkpoints on disk: safetensors with the official names and shapes, and metadata that says which model they are. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Hash } from 'node:crypto';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { CheckpointInfo } from '../interface.ts';
import type { ModelConfig } from '../model/config.ts';
import { sizeOf } from '../model/initialise.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';
import { parameterTable } from '../model/parameters.ts';
import { replaceFile } from './durable.ts';
import { openFailure, unreadable } from './open.ts';
import { fileDtype, matchTensors } from './match.ts';
import { decodeMeta, encodeMeta } from './metadata.ts';
import type { CheckpointMeta } from './metadata.ts';
import { encodeHeader, headerLength, parseHeader } from './safetensors.ts';
import type { SafetensorsHeader, TensorEntry } from './safetensors.ts';

export interface LoadedCheckpoint extends CheckpointMeta {
  /** Every entry of the model's parameter table, in its order. */
  readonly weights: Weights;
  readonly info: CheckpointInfo;
}

function bytesOf(tensor: StoredTensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}

/**
 * Writes a checkpoint so that the file is either the old or the new one whatever happens in between.
 * @param extra further metadata for readers of the file (settings, epoch …).
 * @returns SHA-256 of the file, hex.
 * @throws FailureError 'disk-full' or 'unavailable'.
 */
export function saveCheckpoint(
  file: string,
  weights: Weights,
  meta: CheckpointMeta,
  extra: Readonly<Record<string, string>> = {},
): string {
  // Widest elements first, as the reference writer does: every tensor then lies aligned in the file.
  const tensors = [...weights].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const entries: TensorEntry[] = [];
  let end = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    const begin = end;
    end += data.byteLength;
    entries.push({ name, dtype: fileDtype(dtype), shape, begin, end });
  }
  const hash = createHash('sha256');
  const chunks = function* (): Generator<Uint8Array> {
    for (const bytes of [encodeHeader(entries, encodeMeta(meta, extra)), ...tensors.map(([, t]) => bytesOf(t))]) {
      hash.update(bytes);
      yield bytes;
    }
  };
  replaceFile(file, chunks());
  return hash.digest('hex');
}

/**
 * Reads a checkpoint with all its weights.
 * @throws FailureError 'invalid' (not a safetensors file, or one that does not fit its model: the tensors are listed),
 * 'unsupported' for PyTorch files, 'not-found' or 'unreadable'.
 */
export function loadCheckpoint(file: string): LoadedCheckpoint {
  return withFile(file, (reader) => {
    const { header, meta } = readHeader(reader);
    const specs = matchTensors(parameterTable(meta.config), header.tensors);
    const read = new Map<string, StoredTensor>();
    for (const { name, shape } of header.tensors) {
      const count = sizeOf(shape);
      const tensor: StoredTensor =
        specs.get(name)?.dtype === 'int64'
          ? { dtype: 'int64', shape, data: new BigInt64Array(count) }
          : { dtype: 'float32', shape, data: new Float32Array(count) };
      reader.fill(bytesOf(tensor));
      read.set(name, tensor);
    }
    const weights = new Map<string, StoredTensor>();
    for (const name of specs.keys()) {
      const tensor = read.get(name);
      if (tensor) weights.set(name, tensor);
    }
    return { ...meta, weights, info: describe(meta, header, reader.hash()) };
  });
}

/**
 * What a checkpoint says of itself, after the same checks as loading it, without keeping its weights.
 * @throws FailureError as `loadCheckpoint`.
 */
export function inspectCheckpoint(file: string): CheckpointInfo {
  return withFile(file, (reader) => {
    const { header, meta } = readHeader(reader);
    matchTensors(parameterTable(meta.config), header.tensors);
    reader.skipToEnd();
    return describe(meta, header, reader.hash());
  });
}

function describe(meta: CheckpointMeta, header: SafetensorsHeader, hash: string): CheckpointInfo {
  const { size, vich, layerEmbedding } = meta.config;
  const parameters = parameterCount(meta.config);
  return { size, classes: meta.classes, vich, layerEmbedding, parameters, tensors: header.tensors.length, hash };
}

/** Numbers in a model's parameters, dead ones included, as PyTorch's `sum(p.numel() for p in model.parameters())`. */
export function parameterCount(config: ModelConfig): number {
  return parameterTable(config)
    .filter((spec) => !isBuffer(spec.name))
    .reduce((sum, spec) => sum + sizeOf(spec.shape), 0);
}

/** PyTorch counts statistics and index tables as buffers, not parameters, dead ones included. */
function isBuffer(name: string): boolean {
  return /\.(running_mean|running_var|num_batches_tracked|relative_position_index)$/.test(name);
}

/** A file read once from start to end, with the hash of what was read. */
class Reader {
  readonly bytes: number;
  readonly #file: string;
  readonly #descriptor: number;
  readonly #hash: Hash = createHash('sha256');
  #at = 0;

  constructor(file: string, descriptor: number) {
    this.#file = file;
    this.#descriptor = descriptor;
    this.bytes = fstatSync(descriptor).size;
  }

  /** The next bytes, as many as `into` holds. */
  fill(into: Uint8Array): void {
    for (let done = 0; done < into.byteLength;) {
      const length = Math.min(into.byteLength - done, 1 << 30);
      const read = readSync(this.#descriptor, into, done, length, this.#at);
      if (read === 0) throw unreadable(this.#file, 'it became shorter while it was read');
      done += read;
      this.#at += read;
    }
    this.#hash.update(into);
  }

  take(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    this.fill(bytes);
    return bytes;
  }

  skipToEnd(): void {
    const buffer = new Uint8Array(1 << 20);
    while (this.#at < this.bytes) this.fill(buffer.subarray(0, Math.min(buffer.byteLength, this.bytes - this.#at)));
  }

  hash(): string {
    return this.#hash.digest('hex');
  }
}

function readHeader(reader: Reader): { header: SafetensorsHeader; meta: CheckpointMeta } {
  const start = reader.take(Math.min(8, reader.bytes));
  if (isPyTorch(start)) {
    throw new FailureError({
      kind: 'unsupported',
      message: 'This is a PyTorch file (.pth): it does not say what its outputs mean.',
      remedy:
        'Import it into a project with the order of its classes: poster-var model import FILE --project DIR --classes rafdb.',
    });
  }
  const header = parseHeader(reader.take(headerLength(start, reader.bytes)), reader.bytes);
  return { header, meta: decodeMeta(header.metadata) };
}

/** torch.save writes a zip ("PK") or, before 1.6, a pickle stream of protocol 2 that starts with torch's magic number. */
function isPyTorch(start: Uint8Array): boolean {
  const hex = Buffer.from(start).toString('hex');
  return hex.startsWith('504b0304') || hex.startsWith('80028a0a6cfc9c46');
}

function withFile<T>(file: string, body: (reader: Reader) => T): T {
  let descriptor: number;
  try {
    // Opening a named pipe would wait for ever.
    if (!statSync(file).isFile()) throw unreadable(file, 'it is not a file');
    descriptor = openSync(file, 'r');
  } catch (cause) {
    throw cause instanceof FailureError ? cause : openFailure(file, cause);
  }
  try {
    return body(new Reader(file, descriptor));
  } finally {
    closeSync(descriptor);
  }
}
