/** How two runs were made, setting by setting, in words. */
import type { Comparison } from '../../../src-shared/domain/evaluation.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { dataFactsOf } from './known-data.ts';
import type { Known } from './known-data.ts';

const NONE = '–';

/** Nested settings by their path: `augmentation.colorJitter`. */
function flattened(value: unknown, path = ''): [setting: string, text: string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, text(value)]];
  return Object.entries(value).flatMap(([name, inner]) => flattened(inner, path === '' ? name : `${path}.${name}`));
}

function text(value: unknown): string {
  if (value === null || value === undefined || value === '') return NONE;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function settingsOf(run: Run, known: Known): Map<string, string> {
  const { size, vich, layerEmbedding, device, datasetName, trainSplit, valSplit, best, epoch } = run;
  const facts = { size, vich, layerEmbedding, device, dataset: datasetName, trainSplit, valSplit };
  return new Map([
    ...flattened({ ...facts, ...dataFactsOf(known) }),
    ...flattened(run.settings ?? {}),
    ['best epoch', text(best?.epoch ?? epoch)],
  ]);
}

/** Every setting that either run has, in the order of the form. */
export function configurations(
  [baseline, run]: readonly [Run, Run],
  [one, other]: readonly [Known, Known],
): Comparison['configuration'] {
  const [first, second] = [settingsOf(baseline, one), settingsOf(run, other)];
  return [...new Set([...first.keys(), ...second.keys()])].map((setting) => ({
    setting,
    baseline: first.get(setting) ?? NONE,
    run: second.get(setting) ?? NONE,
  }));
}
