import { join } from 'node:path';
import {
  PORTABLE_FORMAT,
  PORTABLE_IMAGES,
  PORTABLE_MANIFEST,
  PORTABLE_SCHEMA,
  type PortableImage,
  type PortableManifest,
} from '../../../../src-shared/domain/portable.ts';
import { writeTextFile } from '../../files/write.ts';
import type { LabelExporter } from '../exporter.ts';
import { FilePlacer } from '../place-file.ts';

/** Our own folder: every image, broken and excluded ones too, with the whole history of its labels. */
export const portable: LabelExporter = async (material, folder) => {
  const { scope, files } = material;
  const { dataset, versionName } = scope;
  const placer = files === 'refer' ? null : new FilePlacer(folder, files);
  let images = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const { image, lines: annotations } of material.withHistory()) {
      // The names stay as they are: they are what the images are known by. A broken one may not even be there.
      const placed = placer?.placeAs(join(dataset.root, image.path), image.path);
      await (image.status === 'broken' ? placed?.catch(() => undefined) : placed);
      const { id: _id, annotator: _annotator, at: _at, ...facts } = image;
      yield `${JSON.stringify({ ...facts, annotations: [...annotations] } satisfies PortableImage)}\n`;
      images++;
    }
  }
  await writeTextFile(join(folder, PORTABLE_IMAGES), lines());
  const manifest: PortableManifest = {
    format: PORTABLE_FORMAT,
    schema: PORTABLE_SCHEMA,
    name: dataset.name,
    classes: dataset.classes,
    images,
    root: files === 'refer' ? dataset.root : null,
    origin: { format: dataset.format, ...dataset.choices, ...(versionName !== null && { version: versionName }) },
    exportedAt: new Date().toISOString(),
  };
  await writeTextFile(join(folder, PORTABLE_MANIFEST), [`${JSON.stringify(manifest, null, 2)}\n`]);
  return { images, leftOut: 0 };
};
