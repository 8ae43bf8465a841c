import type { LabelFormat } from '../../../../src-shared/domain/export.ts';
import type { LabelExporter } from '../exporter.ts';
import { coco } from './coco.ts';
import { fiftyone } from './fiftyone.ts';
import { folders } from './folders.ts';
import { imagefolder } from './imagefolder.ts';
import { labelStudio } from './label-studio.ts';
import { manifest } from './manifest.ts';
import { portable } from './portable.ts';

/** Every way to write one dataset's labels. A CSV may hold several datasets and is written apart. */
export const LABEL_EXPORTERS: Readonly<Record<Exclude<LabelFormat, 'csv'>, LabelExporter>> = {
  portable,
  manifest,
  folders,
  imagefolder,
  coco,
  fiftyone,
  'label-studio': labelStudio,
};
