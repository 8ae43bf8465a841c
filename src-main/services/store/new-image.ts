import type { Box } from '../../../src-shared/domain/box.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import type { Attributes, ImageStatus } from '../../../src-shared/domain/image.ts';
import type { LogLine } from '../../../src-shared/domain/label.ts';
import type { SoftLabel, Votes } from '../../../src-shared/domain/votes.ts';

/** What an import knows of one file. */
export interface NewImage {
  /** Relative to the dataset's root, with forward slashes, exactly as named on disk. */
  readonly path: string;
  readonly split: string;
  readonly status: ImageStatus;
  readonly reason: string | null;
  readonly label: Expression | null;
  /** Class name as it stood in the source. */
  readonly rawLabel: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** SHA-256 of the file's bytes, hex; '' where it could not be read. */
  readonly contentHash: string;
  /** 64-bit difference hash, 16 hex digits; '' where it could not be decoded. */
  readonly perceptualHash: string;
  readonly votes: Votes | null;
  /** Target made of the votes. */
  readonly soft: SoftLabel | null;
  /** Part of the upright picture that holds the face; null for the whole of it. */
  readonly box: Box | null;
  readonly attributes: Attributes | null;
  /** As it stands now, where that differs from how the dataset brought it: from our own export. */
  readonly state?: Pick<ImageState, 'status' | 'label' | 'soft' | 'reviewed' | 'flagged' | 'note' | 'box'>;
  readonly history?: readonly LogLine[];
}

/** What people made of an image. */
export interface ImageState {
  readonly status: ImageStatus;
  readonly label: Expression | null;
  readonly soft: SoftLabel | null;
  readonly reviewed: boolean;
  readonly flagged: boolean;
  readonly note: string;
  readonly box: Box | null;
}
