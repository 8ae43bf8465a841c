/** Files of any origin for the engine, which reads safetensors alone: PyTorch's are converted first, by the reader. */
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { Examination } from '../../../../src-shared/domain/model.ts';
import { openFailure } from '../checkpoint/open.ts';
import { convertApart } from './read-apart.ts';
import type { SpawnEngine } from './spawn.ts';

/** A file as safetensors, while it is needed. */
export interface PlainFile {
  readonly plain: string;
  readonly format: Examination['format'];
  readonly bytes: number;
  readonly unknown: readonly string[];
}

/** @throws FailureError as `convertPyTorch`; 'not-found'; 'unsupported' for ONNX. */
export async function withPlain<T>(
  spawn: SpawnEngine,
  file: string,
  body: (plain: PlainFile) => Promise<T>,
): Promise<T> {
  const { bytes, safetensors } = await sniff(file);
  if (safetensors) return body({ plain: file, format: 'safetensors', bytes, unknown: [] });
  const folder = await mkdtemp(join(tmpdir(), 'poster-var-read-'));
  try {
    const plain = join(folder, 'tensors.safetensors');
    const { format, unknown } = await convertApart(spawn, file, plain);
    return await body({ plain, format, bytes, unknown });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Several files at once, for initial weights. */
export async function withAllPlain<T>(
  spawn: SpawnEngine,
  files: readonly string[],
  body: (plain: readonly string[]) => Promise<T>,
): Promise<T> {
  const [file, ...rest] = files;
  if (file === undefined) return body([]);
  return withPlain(spawn, file, ({ plain }) => withAllPlain(spawn, rest, (others) => body([plain, ...others])));
}

/** safetensors begins with the length of a JSON object. */
async function sniff(file: string): Promise<{ bytes: number; safetensors: boolean }> {
  try {
    const found = await stat(file);
    if (!found.isFile()) {
      throw new FailureError({
        kind: 'unreadable',
        message: `${file} could not be read: it is not a file.`,
        remedy: 'Choose the checkpoint file itself.',
      });
    }
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(9), 0, 9, 0);
      const pytorch = buffer.readUInt32LE(0) === 0x04034b50;
      return { bytes: found.size, safetensors: bytesRead === 9 && !pytorch && buffer[8] === 0x7b };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw cause instanceof FailureError ? cause : openFailure(file, cause);
  }
}
