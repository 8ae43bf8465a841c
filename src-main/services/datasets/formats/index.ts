import type { ImportFormat } from '../../../../src-shared/domain/dataset.ts';
import { affectnet } from './affectnet.ts';
import { caers } from './caers.ts';
import { ckplus } from './ckplus.ts';
import { csv } from './csv.ts';
import { expw } from './expw.ts';
import { fer2013 } from './fer2013.ts';
import { ferplus } from './ferplus.ts';
import { folders } from './folders.ts';
import type { Format } from './format.ts';
import { jaffe } from './jaffe.ts';
import { kdef } from './kdef.ts';
import { manifest } from './manifest.ts';
import { portable } from './portable.ts';
import { rafdb } from './rafdb.ts';
import { sfew } from './sfew.ts';

/** Every way in; a forgotten one does not compile. */
export const FORMATS: Readonly<Record<ImportFormat, Format>> = {
  portable,
  rafdb,
  affectnet,
  fer2013,
  ferplus,
  manifest,
  expw,
  sfew,
  caers,
  ckplus,
  jaffe,
  kdef,
  csv,
  folders,
};
