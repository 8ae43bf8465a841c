import { csvLine } from '../../labels/csv.ts';
import type { ImageAsOf } from '../../store/interface.ts';

const COLUMNS = [
  'path',
  'label',
  'dataset_label',
  'split',
  'status',
  'annotator',
  'at',
  'note',
  'dataset',
  'reviewed',
  'flagged',
] as const;

/** Header of a table of labels. */
export const labelColumns = csvLine(COLUMNS);

/**
 * An image as a line of the table: broken and excluded ones have lines too. `annotator` and `at` tell who set the label and when;
 * they are empty where it is the dataset's own.
 */
export function labelLine(image: ImageAsOf, dataset: string): string {
  const { path, label, datasetLabel, split, status, annotator, at, note, reviewed, flagged } = image;
  return csvLine([
    path,
    label,
    datasetLabel,
    split,
    status,
    annotator ?? '',
    at ?? '',
    note,
    dataset,
    Number(reviewed),
    Number(flagged),
  ]);
}
