import { join } from 'node:path';
import { EXPRESSION_FACES, type Expression } from '../../../../src-shared/domain/expression.ts';
import { writeTextFile } from '../../files/write.ts';
import type { ImageAsOf } from '../../store/interface.ts';
import type { LabelExporter } from '../exporter.ts';
import { jsonArray } from '../json-text.ts';
import { FilePlacer, safeName } from '../place-file.ts';

/**
 * Label Studio's import: tasks.json, a task for each image with its label as an annotation, and the labelling configuration that its
 * names refer to. Images are local files (`/data/local-files/?d=`), relative to LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT, which is to
 * be the dataset's folder, or this one where the images came along. (Label Studio, "Task format" and "Local storage".)
 */
export const labelStudio: LabelExporter = async (material, folder) => {
  const { dataset } = material.scope;
  const placer = material.files === 'refer' ? null : new FilePlacer(folder, material.files);
  let images = 0;
  let leftOut = 0;
  async function* tasks(): AsyncGenerator<object> {
    for await (const image of material.images()) {
      if (image.status !== 'ok') {
        leftOut++;
        continue;
      }
      images++;
      const placed = await placer?.place(join(dataset.root, image.path), `images/${safeName(image.path)}`);
      yield taskOf(image, placed ?? image.path, dataset.name);
    }
  }
  await writeTextFile(join(folder, 'tasks.json'), jsonArray(tasks()));
  await writeTextFile(join(folder, 'label-config.xml'), [configuration(dataset.classes)]);
  return { images, leftOut };
};

function taskOf(image: ImageAsOf, path: string, dataset: string): object {
  const { label, note, split, datasetLabel, box } = image;
  const result = [
    ...(label === null ? [] : [choice(image.id, label)]),
    ...(note === '' ? [] : [remark(image.id, note)]),
  ];
  return {
    data: {
      image: `/data/local-files/?d=${path.split('/').map(encodeURIComponent).join('/')}`,
      path: image.path,
      split,
      dataset,
      dataset_label: datasetLabel,
      ...(box !== null && { box }),
    },
    annotations: result.length === 0 ? [] : [{ result, was_cancelled: false, ground_truth: false }],
  };
}

function choice(id: number, label: Expression): object {
  const value = { choices: [label] };
  return { id: `label-${id}`, type: 'choices', from_name: 'expression', to_name: 'image', value };
}

function remark(id: number, note: string): object {
  return { id: `note-${id}`, type: 'textarea', from_name: 'note', to_name: 'image', value: { text: [note] } };
}

function configuration(classes: readonly Expression[]): string {
  const choices = classes.map((name) => `    <Choice value="${name}" hotkey="${EXPRESSION_FACES[name].digit}"/>`);
  return [
    '<View>',
    '  <Image name="image" value="$image"/>',
    '  <Choices name="expression" toName="image" choice="single" showInline="true">',
    ...choices,
    '  </Choices>',
    '  <TextArea name="note" toName="image" rows="2"/>',
    '</View>',
    '',
  ].join('\n');
}
