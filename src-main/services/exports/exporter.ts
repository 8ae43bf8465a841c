import type { FileMode } from '../../../src-shared/domain/export.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import type { LogLine } from '../../../src-shared/domain/label.ts';
import type { ImageAsOf } from '../store/interface.ts';
import type { Scope } from './rows.ts';

/** What a format is given to write. */
export interface Material {
  readonly scope: Scope;
  readonly files: FileMode;
  /** The images of the scope as they stood; can be gone through again. */
  images(): AsyncIterable<ImageAsOf>;
  /** The same with what people said of each. */
  withHistory(): AsyncIterable<{ readonly image: ImageAsOf; readonly lines: readonly LogLine[] }>;
}

/** What became of the images. */
export interface Written {
  readonly images: number;
  /** Images that this format has no place for: broken, excluded, or without a label. */
  readonly leftOut: number;
}

/** A way to write labels: to a file that does not exist yet, or into an empty folder. */
export type LabelExporter = (material: Material, target: string) => Promise<Written>;

/** Usable and labelled: what a training elsewhere can take. */
export function isTrainable(image: ImageAsOf): image is ImageAsOf & { readonly label: Expression } {
  return image.status === 'ok' && image.label !== null;
}
