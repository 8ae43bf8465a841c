/** What the query thread is asked. */
import type { ImageQuery } from '../../../src-shared/domain/image.ts';

export type FacetQuery = Pick<ImageQuery, 'dataset' | 'run' | 'q'>;

export type Question =
  | { readonly kind: 'facets'; readonly folder: string; readonly query: FacetQuery }
  /** Lets go of the project's file. */
  | { readonly kind: 'close' };
