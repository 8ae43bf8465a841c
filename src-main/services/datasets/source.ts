import type { Box } from '../../../src-shared/domain/box.ts';
import type { ImportFormat, ImportProblem } from '../../../src-shared/domain/dataset.ts';
import type { Attributes } from '../../../src-shared/domain/image.ts';
import type { PortableImage } from '../../../src-shared/domain/portable.ts';
import type { Votes } from '../../../src-shared/domain/votes.ts';
import type { BoxLike } from '../images/inspect.ts';
import type { Locator } from './locate.ts';

/** One image as the source names it, before anybody looked for the file. */
export interface ImageEntry {
  readonly problem: null;
  /** Path as it stands in the source; for `pixels` the name that the image file gets. */
  readonly given: string;
  /** Class name as it stands in the source, or, where that has numbers, what the number means; '' where there is none. */
  readonly rawLabel: string;
  /** '' where the source names none. */
  readonly split: string;
  readonly votes?: Votes | null;
  /** The face in the picture; it may reach over the edge. */
  readonly box?: BoxLike | null;
  readonly attributes?: Attributes | null;
  /** Why the image is kept but left out of everything. */
  readonly excluded?: string | null;
  /** The image itself, where the source holds pixels instead of a file. */
  readonly pixels?: GreyPixels;
  /** Something about the row that goes into the report. */
  readonly remark?: string;
  /** The whole row, from our own export. */
  readonly restored?: PortableImage;
  /** Facts that lie in a file of their own and are read when the image is. */
  readonly more?: () => Promise<{ readonly attributes?: Attributes | null; readonly box?: Box | null }>;
}

/** A square grey image, a byte a pixel. */
export interface GreyPixels {
  readonly side: number;
  readonly bytes: Uint8Array;
}

/** An image, or something in the source that names none. */
export type SourceEntry = ImageEntry | { readonly problem: ImportProblem };

/** A folder or table that images can be read from, any number of times, always in the same order. */
export interface Source {
  readonly format: ImportFormat;
  /** Folder that image paths are relative to; null where the source holds the pixels themselves. */
  readonly root: string | null;
  readonly locator: Locator | null;
  /** First rows of a table by column; empty where there is none. */
  readonly head: readonly Readonly<Record<string, string>>[];
  entries(): AsyncGenerator<SourceEntry>;
}
