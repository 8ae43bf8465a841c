import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { csvLine } from '../../labels/csv.ts';
import { isTrainable, type LabelExporter } from '../exporter.ts';
import { FilePlacer, safeName } from '../place-file.ts';

const COLUMNS = ['file_name', 'label', 'source_path', 'dataset_label', 'reviewed', 'soft_label', 'votes', 'box'];

/** Names that `datasets` knows a split by (its file name patterns); others it would take for train. */
const SPLITS: Readonly<Record<string, string>> = { val: 'validation' };

/**
 * Hugging Face's imagefolder: a folder a split with its images and a metadata.csv, whose file_name is relative to it. (`datasets`,
 * "Create an image dataset", ImageFolder.)
 */
export const imagefolder: LabelExporter = async (material, folder) => {
  const { dataset } = material.scope;
  const placer = new FilePlacer(folder, material.files === 'copy' ? 'copy' : 'link');
  const tables = new Map<string, FileHandle>();
  let images = 0;
  let leftOut = 0;
  try {
    for await (const image of material.images()) {
      if (!isTrainable(image)) {
        leftOut++;
        continue;
      }
      const split = SPLITS[image.split] ?? (image.split === 'all' ? 'train' : safeName(image.split));
      const placed = await placer.place(join(dataset.root, image.path), `${split}/${safeName(image.path)}`);
      let table = tables.get(split);
      if (table === undefined) {
        table = await open(join(folder, split, 'metadata.csv'), 'wx');
        tables.set(split, table);
        await table.appendFile(csvLine(COLUMNS));
      }
      await table.appendFile(
        csvLine([
          placed.slice(split.length + 1),
          image.label,
          image.path,
          image.datasetLabel,
          Number(image.reviewed),
          json(image.soft),
          json(image.votes),
          json(image.box),
        ]),
      );
      images++;
    }
    for (const table of tables.values()) await table.sync();
  } finally {
    for (const table of tables.values()) await table.close();
  }
  return { images, leftOut };
};

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
