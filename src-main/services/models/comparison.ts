/** What an exported file is compared on, and what it says of where it comes from. */
import type { Run } from '../../../src-shared/domain/run.ts';
import type { ExportRequest } from '../engine/interface.ts';
import type { Store } from '../store/interface.ts';

/** The run's validation split; for an imported run that of the only dataset, if there is one. */
export function validationOf(store: Store, run: Run): { dataset: number; split: string } | null {
  const datasets = store.datasets.list();
  const dataset = datasets.find(({ id }) => id === run.dataset) ?? (datasets.length === 1 ? datasets[0] : undefined);
  if (dataset === undefined) return null;
  const split = run.valSplit ?? ['val', 'test'].find((name) => dataset.splits[name] !== undefined);
  return split === undefined || dataset.splits[split] === undefined ? null : { dataset: dataset.id, split };
}

export function comparisonOf(store: Store, run: Run): Pick<ExportRequest, 'images' | 'labelled' | 'facts'> {
  const place = validationOf(store, run);
  const files = place === null ? [] : store.images.files(place.dataset, place.split);
  return {
    images: files.map(({ file, box }) => ({ file, box })),
    labelled: files.flatMap(({ file, box, label }) => {
      const index = label === null ? -1 : run.classes.indexOf(label);
      return index < 0 ? [] : [{ file, box, label: index }];
    }),
    facts: factsOf(store, run),
  };
}

/** Texts for the metadata of a file. */
export function factsOf(store: Store, run: Run): Record<string, string> {
  const facts: Record<string, string> = { run: run.name };
  if (run.settings) facts['preset'] = run.settings.preset;
  if (run.datasetName !== null) facts['dataset'] = run.datasetName;
  if (run.best) facts['validationAccuracy'] = String(run.best.value);
  const version = run.version ?? versionBefore(store, run);
  if (version) {
    facts['datasetVersion'] = version.name;
    facts['datasetHash'] = version.contentHash;
  }
  return facts;
}

/** Of a run on the labels as they were: the last version that was named before it began; changes since then are not in it. */
function versionBefore(store: Store, { dataset, startedAt }: Run): { name: string; contentHash: string } | undefined {
  if (dataset === null || startedAt === null) return undefined;
  return store.versions
    .list(dataset)
    .filter(({ at }) => at <= startedAt)
    .at(-1);
}
