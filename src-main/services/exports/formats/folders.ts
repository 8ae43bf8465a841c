import { join } from 'node:path';
import { isTrainable, type LabelExporter } from '../exporter.ts';
import { FilePlacer, safeName } from '../place-file.ts';

/** split/class/image, or class/image where the dataset has no splits: what torchvision's ImageFolder reads. */
export const folders: LabelExporter = async (material, folder) => {
  const { dataset } = material.scope;
  const placer = new FilePlacer(folder, material.files === 'copy' ? 'copy' : 'link');
  const hasSplits = Object.keys(dataset.splits).length > 1;
  let images = 0;
  let leftOut = 0;
  for await (const image of material.images()) {
    if (!isTrainable(image)) {
      leftOut++;
      continue;
    }
    const place = hasSplits ? `${safeName(image.split)}/${image.label}` : image.label;
    await placer.place(join(dataset.root, image.path), `${place}/${safeName(image.path)}`);
    images++;
  }
  return { images, leftOut };
};
