/** A passport and the hash that shows whether it is still what was written. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../src-shared/domain/canonical-json.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { Passport, Sha256 } from '../../../src-shared/domain/passport.ts';
import type { SealedPassport } from '../../../src-shared/domain/passport.ts';
import { duplicateKey } from '../engine/checkpoint/json-keys.ts';

/** A passport is a few kilobytes; anything much larger is something else. */
export const LARGEST_PASSPORT = 4 << 20;

/** SHA-256 (hex) of a value's canonical JSON. */
export function canonicalHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

export function seal(passport: Passport): SealedPassport {
  return { passport, sha256: canonicalHash(passport) };
}

/** The file: canonical JSON of both, one line. */
export function passportText(sealed: SealedPassport): string {
  return `${canonicalJson(sealed)}\n`;
}

/**
 * Reads a passport's file and holds it against its own hash. The hash is of all that stands in the file, also of what this version does
 * not know.
 * @param name of the file, for messages.
 * @throws FailureError 'invalid', naming what is wrong with it.
 */
export function unseal(text: string, name: string): SealedPassport {
  const refuse = (message: string, remedy: string): FailureError =>
    new FailureError({ kind: 'invalid', message: `${name} ${message}`, remedy });
  const asExported = 'Choose the file that “passport export” or a bundle wrote.';
  let value: unknown;
  try {
    if (text.length > LARGEST_PASSPORT) throw new RangeError('it is too large');
    value = JSON.parse(text);
    const twice = duplicateKey(text);
    if (twice !== null) throw new RangeError(`“${twice}” stands in it twice`);
  } catch (thrown) {
    throw refuse(`is no passport: ${thrown instanceof Error ? thrown.message : String(thrown)}.`, asExported);
  }
  const { passport: raw, sha256 } = Object(value) as { readonly passport?: unknown; readonly sha256?: unknown };
  if (typeof raw !== 'object' || raw === null || !Sha256.safeParse(sha256).success)
    throw refuse('is no passport: it has no passport with a SHA-256.', asExported);
  let found: string;
  try {
    found = canonicalHash(raw);
  } catch (thrown) {
    throw refuse(`is no passport: ${thrown instanceof Error ? thrown.message : String(thrown)}`, asExported);
  }
  if (found !== sha256)
    throw refuse(
      `was altered: its content has the SHA-256 ${found.slice(0, 12)}…, and it names ${String(sha256).slice(0, 12)}….`,
      'Get it again from whoever trained the model; nothing in it can be relied on.',
    );
  const read = Passport.safeParse(raw);
  if (read.success) return { passport: read.data, sha256: found };
  const [issue] = read.error.issues;
  throw refuse(
    `is no passport that this version can read: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    'It was written by another version of the workbench: open it there.',
  );
}
