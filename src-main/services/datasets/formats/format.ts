import type { ColumnMap, ImportRequest } from '../../../../src-shared/domain/dataset.ts';
import type { Source } from '../source.ts';

/**
 * How much speaks for a way to read a source. `named`: files or names that only this data set has. `general`: class
 * folders with known names, a table whose images are found. Below that: it can be read so, but little says that it
 * should.
 */
export const STRENGTH = { named: 4, general: 3, folders: 2, table: 1.5, images: 1.2, unmapped: 1 } as const;

/** One way to read a source, with what was seen. */
export interface Sighting {
  /** The file or folder to open. */
  readonly path: string;
  /** Which pictures, where the source has several of each face. */
  readonly variant?: string;
  /** What was seen that speaks for it, as a sentence. */
  readonly reason: string;
  readonly strength: number;
  readonly columns?: readonly string[];
  readonly mapping?: ColumnMap | null;
}

/** One way in which datasets lie on disks. */
export interface Format {
  /** Ways to read the source as this format, the best first; none where it does not look like it. */
  detect(path: string, isFolder: boolean): Promise<readonly Sighting[]>;
  /** Opens what was sighted. Throws FailureError 'invalid' or 'unreadable'. */
  open(sighting: Sighting, request: ImportRequest): Promise<Source>;
}
