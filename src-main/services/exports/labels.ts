import { LABEL_FORMAT_FACTS, type LabelExport } from '../../../src-shared/domain/export.ts';
import { writeTextFile } from '../files/write.ts';
import type { JobContext } from '../jobs/interface.ts';
import type { Store } from '../store/interface.ts';
import type { Material, Written } from './exporter.ts';
import { labelColumns, labelLine } from './formats/csv.ts';
import { LABEL_EXPORTERS } from './formats/index.ts';
import { imagesOf, pages, Tally, type Scope } from './rows.ts';
import { writeFolder } from './target.ts';

/** Writes the labels of datasets; all formats but CSV hold one. @throws FailureError as the format's writer. */
export async function writeLabels(
  store: Store,
  scopes: readonly Scope[],
  { format, files, out }: Pick<LabelExport, 'format' | 'files' | 'out'>,
  job: Pick<JobContext, 'signal' | 'progress'> | null,
): Promise<Written> {
  const total = scopes.reduce((sum, { ids }) => sum + ids.length, 0);
  const [scope] = scopes;
  if (format === 'csv' || scope === undefined) return writeCsv(store, scopes, out, new Tally(job, total));
  const write = LABEL_EXPORTERS[format];
  const material = materialOf(store, scope, files, job, total);
  if (LABEL_FORMAT_FACTS[format].target === 'file') return write(material, out);
  let written: Written = { images: 0, leftOut: 0 };
  await writeFolder(out, async (folder) => {
    written = await write(material, folder);
  });
  return written;
}

function materialOf(
  store: Store,
  scope: Scope,
  files: LabelExport['files'],
  job: Pick<JobContext, 'signal' | 'progress'> | null,
  total: number,
): Material {
  return {
    scope,
    files,
    images: () => imagesOf(store, scope, new Tally(job, total)),
    withHistory: async function* () {
      for await (const page of pages(scope.ids, new Tally(job, total))) {
        const lines = store.history.lines(page, scope.point);
        for (const image of store.history.images(page, scope.point)) yield { image, lines: lines.get(image.id) ?? [] };
      }
    },
  };
}

async function writeCsv(store: Store, scopes: readonly Scope[], out: string, tally: Tally): Promise<Written> {
  let images = 0;
  async function* lines(): AsyncGenerator<string> {
    yield labelColumns;
    for (const scope of scopes)
      for await (const image of imagesOf(store, scope, tally)) {
        yield labelLine(image, scope.dataset.name);
        images++;
      }
  }
  await writeTextFile(out, lines());
  return { images, leftOut: 0 };
}
