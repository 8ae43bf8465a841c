import { writeTextFile } from '../../files/write.ts';
import type { ImageAsOf } from '../../store/interface.ts';
import type { LabelExporter, Material } from '../exporter.ts';
import { jsonArray } from '../json-text.ts';

/**
 * One JSON in COCO's shape (cocodataset.org, "Data format", object detection): an annotation for each labelled image, whose box is
 * the face or the whole picture. `file_name` is relative to the dataset's folder, which stands in `info`.
 */
export const coco: LabelExporter = async (material, file) => {
  const { dataset, versionName } = material.scope;
  const info = {
    description: dataset.name,
    version: versionName ?? '',
    year: new Date().getFullYear(),
    date_created: new Date().toISOString(),
    image_root: dataset.root,
  };
  const categories = dataset.classes.map((name, index) => ({ id: index + 1, name, supercategory: 'expression' }));
  const numbers = new Map(categories.map(({ id, name }) => [name, id]));
  let images = 0;
  let leftOut = 0;
  async function* pictures(): AsyncGenerator<object> {
    for await (const image of material.images()) {
      if (image.status !== 'ok') {
        leftOut++;
        continue;
      }
      images++;
      const { id, path, width, height, split } = image;
      yield { id, file_name: path, width, height, split };
    }
  }
  async function* pieces(): AsyncGenerator<string> {
    yield `{\n"info": ${JSON.stringify(info)},\n"licenses": [],\n"categories": ${JSON.stringify(categories)},\n"images": `;
    yield* jsonArray(pictures());
    yield ',\n"annotations": ';
    yield* jsonArray(annotations(material, numbers));
    yield '\n}\n';
  }
  await writeTextFile(file, pieces());
  return { images, leftOut };
};

async function* annotations(material: Material, numbers: ReadonlyMap<string, number>): AsyncGenerator<object> {
  for await (const image of material.images()) {
    const category = image.label === null ? undefined : numbers.get(image.label);
    if (image.status !== 'ok' || category === undefined) continue;
    const [x, y, width, height] = boxOf(image);
    const attributes = { dataset_label: image.datasetLabel, reviewed: image.reviewed, soft_label: image.soft };
    yield {
      id: image.id,
      image_id: image.id,
      category_id: category,
      bbox: [x, y, width, height],
      area: width * height,
      segmentation: [],
      iscrowd: 0,
      attributes,
    };
  }
}

function boxOf({ box, width, height }: ImageAsOf): readonly [number, number, number, number] {
  return box === null ? [0, 0, width, height] : [box.x, box.y, box.width, box.height];
}
