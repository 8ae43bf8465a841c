/** Reading a file from elsewhere in a process for it alone, which is ended when it takes too long or too much. */
import { stat } from 'node:fs/promises';
import { FailureError, toFailure } from '../../../../src-shared/domain/failure.ts';
import { openFailure } from '../checkpoint/open.ts';
import type { ConvertedFile } from '../checkpoint/pytorch/convert.ts';
import { Lane } from './lane.ts';
import type { SpawnEngine } from './spawn.ts';

/** Far beyond what the slowest disk needs. */
const PATIENCE_MS = 30_000;
const BYTES_PER_MS = 20_000;

/**
 * Writes the tensors of a PyTorch file to `out`, as safetensors.
 * @throws FailureError as `convertPyTorch`; 'invalid' when the process had to be ended, or ended itself.
 */
export async function convertApart(
  spawn: SpawnEngine,
  file: string,
  out: string,
  patience = PATIENCE_MS,
): Promise<ConvertedFile> {
  const found = await stat(file).catch((cause: unknown) => {
    throw openFailure(file, cause);
  });
  const lane = new Lane(() => spawn('reader'));
  let late = false;
  const timer = setTimeout(
    () => {
      late = true;
      void lane.close();
    },
    patience + found.size / BYTES_PER_MS,
  );
  try {
    return await lane.call('convert', { file, out });
  } catch (thrown) {
    const { kind, message } = toFailure(thrown);
    if (late) throw ended(file, 'reading it took far too long');
    if (kind === 'lost') throw ended(file, message);
    throw thrown;
  } finally {
    clearTimeout(timer);
    await lane.close();
  }
}

function ended(file: string, how: string): FailureError {
  return new FailureError({
    kind: 'invalid',
    message: `${file} could not be read: ${how}. The process that read it was ended; nothing else is touched.`,
    remedy: 'The file is damaged or made to do harm: get it again from its author, as safetensors if possible.',
  });
}
