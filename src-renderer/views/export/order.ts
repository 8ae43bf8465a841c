import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import {
  LABEL_FORMAT_FACTS,
  PREDICTION_FORMAT_FACTS,
  type ExportRequest,
  type FileMode,
  type FormatFacts,
  type LabelFormat,
  type PredictionFormat,
} from '../../../src-shared/domain/export.ts';
import { folderName } from '../../text/path.ts';

/** What the dialog holds while it is filled in. */
export interface ExportDraft {
  readonly what: ExportRequest['what'];
  readonly labelFormat: LabelFormat;
  readonly predictionFormat: PredictionFormat;
  readonly version: number | null;
  /** Only what the gallery's query finds. */
  readonly onlyQuery: boolean;
  readonly files: FileMode;
}

export const FIRST_DRAFT: ExportDraft = {
  what: 'labels',
  labelFormat: 'portable',
  predictionFormat: 'csv',
  version: null,
  onlyQuery: false,
  files: 'refer',
};

export const FILE_WORDS: Readonly<Record<FileMode, string>> = {
  refer: 'Stay where they are',
  link: 'Hard links',
  copy: 'Copies',
};

export function factsOf(draft: ExportDraft): Omit<FormatFacts, 'files'> {
  return draft.what === 'labels'
    ? LABEL_FORMAT_FACTS[draft.labelFormat]
    : PREDICTION_FORMAT_FACTS[draft.predictionFormat];
}

/** Another format of labels, with a way for the image files that it can go. */
export function withLabelFormat(draft: ExportDraft, labelFormat: LabelFormat): ExportDraft {
  const { files } = LABEL_FORMAT_FACTS[labelFormat];
  return { ...draft, labelFormat, files: files.includes(draft.files) ? draft.files : (files[0] ?? 'refer') };
}

/** A name to begin with, e.g. "faces-labels.csv" or "faces-coco.json". */
export function proposedName(draft: ExportDraft, dataset: Dataset): string {
  const { ending } = factsOf(draft);
  const kind =
    draft.what === 'predictions' ? 'predictions' : draft.labelFormat === 'csv' ? 'labels' : draft.labelFormat;
  return `${folderName(dataset.name)}-${kind}${ending}`;
}

/** The name as it is written: a file gets its format's ending where it lacks one. */
export function withEnding(name: string, ending: string): string {
  const bare = name.trim();
  return ending === '' || bare.toLowerCase().endsWith(ending) ? bare : `${bare}${ending}`;
}

/** The request, or null while predictions are wanted and there is no run. */
export function requestOf(
  draft: ExportDraft,
  { dataset, run, query, out }: { dataset: Dataset; run: number | null; query: string; out: string },
): ExportRequest | null {
  const q = draft.onlyQuery ? query : '';
  const { version, files } = draft;
  if (draft.what === 'labels')
    return { what: 'labels', format: draft.labelFormat, dataset: dataset.id, version, q, run, files, out };
  if (run === null) return null;
  return { what: 'predictions', format: draft.predictionFormat, run, dataset: dataset.id, split: null, q, out };
}
