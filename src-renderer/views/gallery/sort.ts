import { SORT_KEYS, type SortKey } from '../../../src-shared/domain/image.ts';

/** An order of images; in the address `-loss` is loss, highest first. */
export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

interface SortName {
  readonly title: string;
  readonly ascending: string;
  readonly descending: string;
  /** The direction that one wants first: where trouble is. */
  readonly first: 'ascending' | 'descending';
  readonly needsRun: boolean;
}

const HIGH = { ascending: 'lowest first', descending: 'highest first', needsRun: true } as const;
const ALPHABET = { ascending: 'A to Z', descending: 'Z to A', first: 'ascending' } as const;

export const SORTS: Readonly<Record<SortKey, SortName>> = {
  loss: { title: 'Loss', ...HIGH, first: 'descending' },
  sigma: { title: 'Sigma', ...HIGH, first: 'descending' },
  flip: { title: 'Flip probability', ...HIGH, first: 'descending' },
  confidence: { title: 'Confidence', ...HIGH, first: 'ascending' },
  margin: { title: 'Margin', ...HIGH, first: 'ascending' },
  entropy: { title: 'Entropy', ...HIGH, first: 'descending' },
  disagreement: {
    title: 'Disagreement',
    ascending: 'lowest first',
    descending: 'highest first',
    first: 'descending',
    needsRun: false,
  },
  label: { title: 'Label', ascending: '1 to 8', descending: '8 to 1', first: 'ascending', needsRun: false },
  prediction: { title: 'Prediction', ascending: '1 to 8', descending: '8 to 1', first: 'ascending', needsRun: true },
  path: { title: 'Path', ...ALPHABET, needsRun: false },
  id: { title: 'Imported', ascending: 'oldest first', descending: 'newest first', first: 'ascending', needsRun: false },
};

/** The order in the address; without one, the highest loss first, or as imported where there are no predictions. */
export function parseSort(text: string | null, hasRun: boolean): Sort {
  const key = SORT_KEYS.find((one) => one === text?.replace(/^-/, ''));
  if (key !== undefined && (hasRun || !SORTS[key].needsRun)) return { key, descending: text?.startsWith('-') ?? false };
  return hasRun ? { key: 'loss', descending: true } : { key: 'id', descending: false };
}

export function formatSort(sort: Sort): string {
  return `${sort.descending ? '-' : ''}${sort.key}`;
}

export function sortTitle(sort: Sort): string {
  const name = SORTS[sort.key];
  return `${name.title}, ${sort.descending ? name.descending : name.ascending}`;
}
