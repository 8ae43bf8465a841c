import { z } from 'zod';

/** What went wrong, coarse enough to act on. `internal` is a bug of ours; all others can be caused by a user or a machine. */
export const FailureKind = z.enum([
  'invalid',
  'not-found',
  'conflict',
  'locked',
  'unreadable',
  'unavailable',
  'unsupported',
  'cancelled',
  'gone',
  'forbidden',
  'disk-full',
  'engine',
  /** A picture stands in both splits of a training. */
  'leak',
  /** The engine's process ended under the work. */
  'lost',
  'internal',
]);
export type FailureKind = z.infer<typeof FailureKind>;

/** An error as a value: what happened in one sentence, and what to do about it. */
export const Failure = z.object({
  kind: FailureKind,
  message: z.string(),
  remedy: z.string(),
});
export type Failure = z.infer<typeof Failure>;

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(kind: FailureKind, message: string, remedy = ''): { ok: false; error: Failure } {
  return { ok: false, error: { kind, message, remedy } };
}

/** A Failure on its way through code that throws (deep recursion, streams); caught at the service's edge by `attempt`. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.name = 'FailureError';
    this.failure = failure;
  }
}

/** The failure in anything thrown; what is not a FailureError is a bug and says so. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof FailureError) return thrown.failure;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { kind: 'internal', message, remedy: 'This is a defect: the details are in the log.' };
}

/** Runs a service body: a thrown FailureError becomes a Result, everything else stays an exception (a bug). */
export async function attempt<T>(body: () => T | Promise<T>): Promise<Result<T>> {
  try {
    return ok(await body());
  } catch (thrown) {
    if (thrown instanceof FailureError) return { ok: false, error: thrown.failure };
    throw thrown;
  }
}
