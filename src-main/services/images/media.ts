import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { THUMBNAIL_SIZES } from '../../../src-shared/contract/media.ts';
import type { ThumbnailSize } from '../../../src-shared/contract/media.ts';
import { boxText, type Box } from '../../../src-shared/domain/box.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { isWithin } from '../files/access.ts';
import { cacheFolder } from '../files/cache.ts';
import type { Workspace } from '../projects/workspace.ts';
import { readHashed } from './read.ts';
import { renderForBrowser } from './render.ts';
import { Thumbnails } from './thumbnails.ts';

/** What a media URL names. */
export type MediaAddress =
  | { readonly kind: 'thumbnail'; readonly image: number; readonly size: ThumbnailSize }
  | { readonly kind: 'image'; readonly image: number }
  | { readonly kind: 'picture'; readonly image: number }
  | { readonly kind: 'preview'; readonly preview: string; readonly index: number };

/** An answer to a media URL. `etag` changes with the bytes. */
export interface MediaBody {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
}

/** Thumbnails of an import that is being previewed; `Datasets` has them. */
export interface PreviewImages {
  previewImage(preview: string, index: number): Promise<{ bytes: Buffer; type: string } | null>;
}

const ID = '([1-9][0-9]{0,14})';
const THUMBNAIL = new RegExp(`^/?media/thumbnail/${ID}/(${THUMBNAIL_SIZES.join('|')})$`);
const IMAGE = new RegExp(`^/?media/image/${ID}$`);
const PICTURE = new RegExp(`^/?media/picture/${ID}$`);
const PREVIEW = /^\/?media\/preview\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(0|[1-9][0-9]{0,5})$/;

/**
 * Reads a media path, as `media` of the contract writes them. It knows whole paths only, of digits and closed words:
 * nothing is decoded, joined or cut, so there is no `..`, `%2f` or NUL that could mean something.
 */
export function parseMediaPath(path: string): MediaAddress | null {
  const thumbnail = THUMBNAIL.exec(path);
  if (thumbnail !== null) {
    const size = THUMBNAIL_SIZES.find((known) => String(known) === thumbnail[2]);
    return size === undefined ? null : { kind: 'thumbnail', image: Number(thumbnail[1]), size };
  }
  const image = IMAGE.exec(path);
  if (image !== null) return { kind: 'image', image: Number(image[1]) };
  const picture = PICTURE.exec(path);
  if (picture !== null) return { kind: 'picture', image: Number(picture[1]) };
  const preview = PREVIEW.exec(path);
  if (preview?.[1] !== undefined) return { kind: 'preview', preview: preview[1], index: Number(preview[2]) };
  return null;
}

type OpenWorkspace = Pick<Workspace, 'require'>;

/** Serves images by opaque ids. Only sound images of the open project, and only from within their dataset's folder. */
export class Media {
  readonly #workspace: OpenWorkspace;
  readonly #previews: PreviewImages;
  readonly #thumbnails = new Thumbnails();

  constructor(workspace: OpenWorkspace, previews: PreviewImages) {
    this.#workspace = workspace;
    this.#previews = previews;
  }

  /** The bytes behind a media path (without query), or null for everything else: unknown, broken, gone, outside. */
  async get(path: string): Promise<MediaBody | null> {
    const address = parseMediaPath(path);
    if (address === null) return null;
    try {
      switch (address.kind) {
        case 'thumbnail':
          return await this.#thumbnail(address.image, address.size);
        case 'image':
          return await this.#image(address.image, 'face');
        case 'picture':
          return await this.#image(address.image, 'whole');
        case 'preview':
          return await this.#preview(address.preview, address.index);
      }
    } catch (thrown) {
      // No project is open, or the file has gone or changed since the import: to the page both are no image.
      if (thrown instanceof FailureError) return null;
      throw thrown;
    }
  }

  async #thumbnail(image: number, size: ThumbnailSize): Promise<MediaBody | null> {
    const { project } = this.#workspace.require();
    const found = await this.#locate(image);
    if (found === null) return null;
    const body = await this.#thumbnails.get(cacheFolder(project.path), found.file, found.contentHash, size, found.box);
    return { body, type: 'image/webp', etag: `"${found.contentHash}${partOf(found.box)}-${size}"` };
  }

  async #image(image: number, what: 'face' | 'whole'): Promise<MediaBody | null> {
    const found = await this.#locate(image);
    if (found === null) return null;
    const { bytes, hash } = await readHashed(found.file);
    const box = what === 'face' ? found.box : null;
    const type = box === null ? browserType(bytes) : null;
    const shown = type === null ? await renderForBrowser(bytes, box) : { bytes: asBuffer(bytes), type };
    return { body: shown.bytes, type: shown.type, etag: `"${hash}${partOf(box)}"` };
  }

  async #preview(preview: string, index: number): Promise<MediaBody | null> {
    const found = await this.#previews.previewImage(preview, index);
    if (found === null) return null;
    const hash = createHash('sha256').update(found.bytes).digest('hex');
    return { body: found.bytes, type: found.type, etag: `"${hash}"` };
  }

  /** Real path and content hash of an image, if the file still lies within its dataset's root. */
  async #locate(image: number): Promise<{ file: string; contentHash: string; box: Box | null } | null> {
    const known = this.#workspace.require().store.images.file(image);
    if (known === null || known.status === 'broken') return null;
    const [root, file] = await Promise.all([realpath(known.root), realpath(known.file)]).catch(() => [null, null]);
    if (root === null || file === null || !isWithin(root, file)) return null;
    return { file, contentHash: known.contentHash, box: known.box };
  }
}

const partOf = (box: Box | null): string => (box === null ? '' : `-${boxText(box)}`);

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Type of a file that every browser shows as it is, by its first bytes; null for others (TIFF, or no image at all). */
function browserType(bytes: Uint8Array): string | null {
  const start = asBuffer(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'image/gif';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp';
  return null;
}
