import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { boxText, type Box } from '../../../src-shared/domain/box.ts';
import type { ThumbnailSize } from '../../../src-shared/contract/media.ts';
import { Gate } from './parallel.ts';
import { renderThumbnail } from './render.ts';

const HASH = /^[0-9a-f]{64}$/;

/**
 * Thumbnails of a project, kept in its cache folder under the hash of the image's content: equal images share one, and
 * a folder of images that moved keeps them. The cache may be deleted at any time.
 */
export class Thumbnails {
  readonly #gate = new Gate(Math.max(2, availableParallelism()));
  /** Thumbnails in the making, by file: requests for the same one share the work. */
  readonly #making = new Map<string, Promise<Buffer>>();

  /**
   * WebP, upright; at most `size` on the shorter side.
   * @param cache the project's cache folder.
   * @param file real path of the image.
   * @param contentHash SHA-256 of the image, 64 hex digits.
   * @param box the face in it; null for the whole picture.
   * @throws FailureError 'unreadable' where the image cannot be decoded.
   */
  get(cache: string, file: string, contentHash: string, size: ThumbnailSize, box: Box | null = null): Promise<Buffer> {
    if (!HASH.test(contentHash)) throw new Error(`“${contentHash}” is no SHA-256.`);
    const part = box === null ? '' : `-${boxText(box)}`;
    const kept = join(cache, 'thumbnails', contentHash.slice(0, 2), `${contentHash}${part}-${size}.webp`);
    const under = this.#making.get(kept);
    if (under !== undefined) return under;
    const made = this.#readOrMake(kept, file, size, box).finally(() => this.#making.delete(kept));
    this.#making.set(kept, made);
    return made;
  }

  async #readOrMake(kept: string, file: string, size: ThumbnailSize, box: Box | null): Promise<Buffer> {
    const known = await readFile(kept).catch(() => null);
    if (known !== null && known.length > 0) return known;
    const bytes = await this.#gate.run(() => renderThumbnail(file, size, box));
    await keep(kept, bytes);
    return bytes;
  }
}

/** Writes by rename, so that nobody reads half a file. A full or read-only disk costs the cache, not the thumbnail. */
async function keep(path: string, bytes: Buffer): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
