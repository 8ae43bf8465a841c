/** The order of the runs' table. Pure. */
import type { Run } from '../../../src-shared/domain/run.ts';

export const RUN_KEYS = [
  'name',
  'data',
  'state',
  'accuracy',
  'epochs',
  'size',
  'device',
  'seed',
  'time',
  'started',
] as const;
export type RunKey = (typeof RUN_KEYS)[number];

export interface RunSort {
  readonly key: RunKey;
  readonly descending: boolean;
}

function valueOf(run: Run, key: RunKey): string | number | null {
  switch (key) {
    case 'name':
      return run.name;
    case 'data':
      return run.datasetName;
    case 'state':
      return run.status;
    case 'accuracy':
      return run.best?.value ?? null;
    case 'epochs':
      return run.epochs;
    case 'size':
      return run.size;
    case 'device':
      return run.device;
    case 'seed':
      return run.settings?.seed ?? null;
    case 'time':
      return run.processSeconds;
    case 'started':
      return Date.parse(run.startedAt ?? run.createdAt);
  }
}

const NAMES = new Intl.Collator('en', { numeric: true });

/** Runs in an order; those without a value stand last either way, equal ones newest first. */
export function sortRuns(runs: readonly Run[], { key, descending }: RunSort): Run[] {
  return runs.toSorted((a, b) => {
    const [x, y] = [valueOf(a, key), valueOf(b, key)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || b.id - a.id;
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : NAMES.compare(String(x), String(y));
    return (descending ? -order : order) || b.id - a.id;
  });
}

/** What is lost with a run, in a sentence. */
export function lossOf(run: Run): string {
  const parts = [
    run.predictions > 0 ? `its predictions of ${run.predictions.toLocaleString('en-GB')} images` : '',
    run.checkpointHash === null ? '' : 'its checkpoint',
    run.kind === 'trained' ? 'its curves and settings' : '',
  ].filter((part) => part !== '');
  const list = parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? 'its entry');
  return `${list.charAt(0).toUpperCase()}${list.slice(1)} are deleted for good. Images and labels stay.`;
}
