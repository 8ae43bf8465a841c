import { FailureError } from '../../../src-shared/domain/failure.ts';

/** A file that is no image for us, with the reason in a sentence. */
export function unreadable(message: string, remedy = 'Replace the file, or leave the image out.'): FailureError {
  return new FailureError({ kind: 'unreadable', message, remedy });
}
