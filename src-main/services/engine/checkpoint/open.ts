import { FailureError } from '../../../../src-shared/domain/failure.ts';

/** What the system said when the file was opened, as a FailureError. */
export function openFailure(file: string, cause: unknown): FailureError {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    return new FailureError({
      kind: 'not-found',
      message: `There is no file ${file}.`,
      remedy: 'Check the path.',
    });
  }
  return unreadable(file, cause instanceof Error ? cause.message : String(cause));
}

export function unreadable(file: string, reason: string): FailureError {
  return new FailureError({
    kind: 'unreadable',
    message: `${file} could not be read: ${reason}.`,
    remedy: 'Check that the file is there and that you may read it.',
  });
}
