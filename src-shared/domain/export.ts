import { z } from 'zod';

/** Ways in which labels leave; see docs/export.md for what each keeps. */
export const LABEL_FORMATS = [
  'portable',
  'csv',
  'manifest',
  'folders',
  'imagefolder',
  'coco',
  'fiftyone',
  'label-studio',
] as const;
export const LabelFormat = z.enum(LABEL_FORMATS);
export type LabelFormat = z.infer<typeof LabelFormat>;

export const PREDICTION_FORMATS = ['csv', 'parquet'] as const;
export const PredictionFormat = z.enum(PREDICTION_FORMATS);
export type PredictionFormat = z.infer<typeof PredictionFormat>;

/** What a run measured while it trained: a table, TensorBoard's events, or how it learnt each image as arrays for NumPy. */
export const CURVE_FORMATS = ['csv', 'tensorboard', 'npz'] as const;
export const CurveFormat = z.enum(CURVE_FORMATS);
export type CurveFormat = z.infer<typeof CurveFormat>;

/** Whether the image files travel: only named where they lie, as second names of the same bytes, or as copies. */
export const FILE_MODES = ['refer', 'link', 'copy'] as const;
export const FileMode = z.enum(FILE_MODES);
export type FileMode = z.infer<typeof FileMode>;

/** What people choose a format by. */
export interface FormatFacts {
  readonly title: string;
  /** One line: for whom, and what is lost. */
  readonly about: string;
  readonly target: 'file' | 'folder';
  /** Ending of a file; '' for folders. */
  readonly ending: string;
  /** Ways that the image files can go, the proposed one first. */
  readonly files: readonly FileMode[];
}

export const LABEL_FORMAT_FACTS: Readonly<Record<LabelFormat, FormatFacts>> = {
  portable: {
    title: 'Workbench folder',
    about: 'Everything, the history of each label included; comes back here as it was.',
    target: 'folder',
    ending: '',
    files: ['refer', 'link', 'copy'],
  },
  csv: {
    title: 'CSV',
    about: 'A row for each image, for spreadsheets and scripts; without history, votes and boxes.',
    target: 'file',
    ending: '.csv',
    files: ['refer'],
  },
  manifest: {
    title: 'Manifest of the official code',
    about: 'path, label, fold and eight votes, to train in the authors’ code; labelled images only.',
    target: 'file',
    ending: '.csv',
    files: ['refer'],
  },
  folders: {
    title: 'Class folders',
    about: 'split/class/image, as torchvision’s ImageFolder reads; hard labels only.',
    target: 'folder',
    ending: '',
    files: ['link', 'copy'],
  },
  imagefolder: {
    title: 'Hugging Face imagefolder',
    about: 'A folder a split with metadata.csv, for load_dataset; labelled images only.',
    target: 'folder',
    ending: '',
    files: ['link', 'copy'],
  },
  coco: {
    title: 'COCO JSON',
    about: 'Images, boxes and categories in one file; without history and votes.',
    target: 'file',
    ending: '.json',
    files: ['refer'],
  },
  fiftyone: {
    title: 'FiftyOne',
    about: 'labels.json of FiftyOneImageClassificationDataset, with data.json or the images.',
    target: 'folder',
    ending: '',
    files: ['refer', 'link', 'copy'],
  },
  'label-studio': {
    title: 'Label Studio',
    about: 'Tasks with their labels and the labelling configuration.',
    target: 'folder',
    ending: '',
    files: ['refer', 'link', 'copy'],
  },
};

export const PREDICTION_FORMAT_FACTS: Readonly<Record<PredictionFormat, Omit<FormatFacts, 'files'>>> = {
  csv: {
    title: 'CSV',
    about: 'A row for each image, for spreadsheets and scripts.',
    target: 'file',
    ending: '.csv',
  },
  parquet: {
    title: 'Parquet',
    about: 'The same columns with their types, for pandas, DuckDB and Arrow.',
    target: 'file',
    ending: '.parquet',
  },
};

const id = z.number().int();

export const LabelExport = z.object({
  what: z.literal('labels'),
  format: LabelFormat,
  /** Null: every dataset of the project, which only a table can hold. */
  dataset: id.nullable(),
  /** Labels as they stood in this version; null: as they are now. */
  version: id.nullable(),
  /** Only the images that this query finds now; '' for all. `run` is what its words on predictions are about. */
  q: z.string().max(2_000),
  run: id.nullable(),
  files: FileMode,
  /** File or folder, absolute. */
  out: z.string().min(1),
});
export type LabelExport = z.infer<typeof LabelExport>;

export const PredictionExport = z.object({
  what: z.literal('predictions'),
  format: PredictionFormat,
  run: id,
  dataset: id.nullable(),
  split: z.string().nullable(),
  q: z.string().max(2_000),
  out: z.string().min(1),
});
export type PredictionExport = z.infer<typeof PredictionExport>;

export const ExportRequest = z.discriminatedUnion('what', [LabelExport, PredictionExport]);
export type ExportRequest = z.infer<typeof ExportRequest>;
