import type { Expression } from '../../../src-shared/domain/expression.ts';

/** One value of a facet with its count. */
export interface FacetRow {
  readonly value: string;
  readonly title: string;
  readonly mark?: Expression;
  readonly count: number;
  readonly chosen: boolean;
  /** Cannot be asked for. */
  readonly fixed?: boolean;
}
