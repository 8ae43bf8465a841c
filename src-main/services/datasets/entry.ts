import type { ImportProblem } from '../../../src-shared/domain/dataset.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';

/** One image as the source names it, before anybody looked for the file; or something that names no image. */
export type SourceEntry =
  | {
      readonly problem: null;
      /** Path as it stands in the source. */
      readonly given: string;
      /** Class name as it stands in the source; '' where there is none. */
      readonly rawLabel: string;
      /** '' where the source names none. */
      readonly split: string;
      readonly votes: Partial<Record<Expression, number>> | null;
    }
  | { readonly problem: ImportProblem };
