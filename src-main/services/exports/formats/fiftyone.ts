import { extname, join } from 'node:path';
import { writeTextFile } from '../../files/write.ts';
import type { LabelExporter } from '../exporter.ts';
import { jsonObject } from '../json-text.ts';
import { FilePlacer } from '../place-file.ts';

const DIGITS = 8;

/**
 * FiftyOneImageClassificationDataset (read by fiftyone/utils/data/importers.py): labels.json holds a class index by image name, null for
 * images without a label, and data/ the images, or data.json where they lie. Images are named by their id, which is unique where file
 * names are not.
 */
export const fiftyone: LabelExporter = async (material, folder) => {
  const { dataset } = material.scope;
  const placer = material.files === 'refer' ? null : new FilePlacer(folder, material.files);
  let images = 0;
  let leftOut = 0;
  const nameOf = (id: number): string => String(id).padStart(DIGITS, '0');
  async function* labels(): AsyncGenerator<readonly [string, unknown]> {
    for await (const image of material.images()) {
      if (image.status !== 'ok') {
        leftOut++;
        continue;
      }
      images++;
      const name = nameOf(image.id);
      await placer?.place(join(dataset.root, image.path), `data/${name}${extname(image.path)}`);
      const { label, split, path, datasetLabel, reviewed, flagged, note } = image;
      const attributes = { split, source_path: path, dataset_label: datasetLabel, reviewed, flagged, note };
      yield [name, label === null ? null : { label: dataset.classes.indexOf(label), attributes }];
    }
  }
  async function* pieces(): AsyncGenerator<string> {
    yield `{\n"classes": ${JSON.stringify(dataset.classes)},\n"labels": `;
    yield* jsonObject(labels());
    yield '\n}\n';
  }
  async function* places(): AsyncGenerator<readonly [string, unknown]> {
    for await (const { id, status, path } of material.images())
      if (status === 'ok') yield [nameOf(id), join(dataset.root, path)];
  }
  await writeTextFile(join(folder, 'labels.json'), pieces());
  if (placer === null) await writeTextFile(join(folder, 'data.json'), jsonObject(places()));
  return { images, leftOut };
};
