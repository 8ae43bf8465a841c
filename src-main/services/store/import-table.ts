import type { ImportOrder, ImportProblem, ImportReport } from '../../../src-shared/domain/dataset.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import type { ImageStatus } from '../../../src-shared/domain/image.ts';
import type { NewImage } from './new-image.ts';

/** How far an import has come, so that it can go on after the process was killed. */
export interface ImportProgress {
  readonly order: ImportOrder;
  /** Entries of the source that are stored. */
  readonly entries: number;
  /** SHA-256 over what these entries name: another source of the same name is told apart. */
  readonly digest: string;
  /** Images of the whole source. */
  readonly total: number;
  /** Folder of the project that the dataset's own image files go to. */
  readonly folder: string | null;
  /** Last problem of a single row, once all entries are stored; those after it are about the rows together. */
  readonly rowProblems: number | null;
}

export interface ImportStep {
  readonly rows: readonly NewImage[];
  readonly problems: readonly ImportProblem[];
  readonly progress: ImportProgress;
}

export interface UnfinishedImport {
  readonly dataset: number;
  readonly name: string;
  readonly progress: ImportProgress;
}

/** An image whose split is not decided; images with the same twin have the same bytes. */
export interface UndealtImage {
  readonly image: number;
  readonly label: Expression | null;
  readonly status: ImageStatus;
  readonly twin: number;
}

/** Imports under way, and what was wrong with their rows. Everything reads in pages by id: memory stays flat. */
export interface ImportTable {
  unfinished(): UnfinishedImport[];
  begin(dataset: number, progress: ImportProgress): void;
  /** Rows, problems and how far that brings the import, in one transaction. */
  append(dataset: number, step: ImportStep): void;
  lastProblem(dataset: number): number;
  /** Forgets the problems after this one. */
  clearProblems(dataset: number, after: number): void;
  addProblems(dataset: number, problems: readonly ImportProblem[]): void;
  /** Class names as they stood in the source, with the first image of each, the largest first. */
  classNames(dataset: number): { raw: string; path: string; label: Expression | null; count: number }[];
  undealt(dataset: number, after: number, limit: number): UndealtImage[];
  /** Notes the splits that undealt images get; they count only after `settleSplits`, so that a kill between changes nothing. */
  deal(dealt: readonly { readonly image: number; readonly split: string }[]): void;
  settleSplits(dataset: number): void;
  /** Adds duplicates among the next `limit` images to the problems; the last image's id, or null after the last. */
  listDuplicates(dataset: number, after: number, limit: number): number | null;
  /** What the report counts. */
  tally(dataset: number): Omit<ImportReport, 'dataset' | 'name' | 'seconds' | 'format' | 'reason' | 'choices'>;
  problems(dataset: number, after: number, limit: number): (ImportProblem & { id: number })[];
}
