import type { ImportFormat } from './dataset.ts';

/** Formats as people call them. */
export const FORMAT_TITLES: Readonly<Record<ImportFormat, string>> = {
  portable: 'Workbench export',
  rafdb: 'RAF-DB',
  affectnet: 'AffectNet',
  fer2013: 'FER2013',
  ferplus: 'FER+',
  manifest: 'Manifest of the official code',
  expw: 'ExpW',
  sfew: 'SFEW',
  caers: 'CAER-S',
  ckplus: 'CK+',
  jaffe: 'JAFFE',
  kdef: 'KDEF',
  csv: 'Table',
  folders: 'Class folders',
};
