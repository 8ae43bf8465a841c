import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** 256 bits in the URL's own alphabet. */
const TOKEN = /^[\w-]{43}$/;

/**
 * The web host's token, made once and kept in a file that only its owner may read: a page that is open while the host restarts
 * stays signed in, and scripts of the same person can read it.
 */
export function webToken(home: string): string {
  const file = join(home, 'web-token');
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (TOKEN.test(kept)) {
      chmodSync(file, 0o600);
      return kept;
    }
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
  }
  const token = randomBytes(32).toString('base64url');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  // Created with its mode, then renamed: never readable by others, never half written.
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, `${token}\n`, { mode: 0o600, flush: true });
  renameSync(temporary, file);
  return token;
}
