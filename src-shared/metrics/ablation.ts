/** The table of an ablation: each variant's accuracy over the seeds, as the paper's table 3 has it for one run each. */
import type { Run } from '../domain/run.ts';
import { VARIANTS } from '../domain/suite.ts';
import type { Suite, VariantId } from '../domain/suite.ts';
import type { Table } from '../text/table.ts';

/** Accuracy in per cent that the paper reports, by the dataset of its presets: full, without embedding, without VICH, baseline. */
const PAPER: Readonly<Record<string, readonly [number, number, number, number]>> = {
  rafdb: [92.76, 92.66, 92.5, 92.21],
  affectnet7: [67.91, 67.85, 67.66, 67.49],
  affectnet8: [64.27, 64.24, 64.02, 63.77],
  ferplus: [91.89, 91.85, 91.69, 91.62],
};

export interface AblationRow {
  readonly variant: VariantId;
  readonly title: string;
  readonly layerEmbedding: boolean;
  readonly vich: boolean;
  /** In the order of the suite's seeds: the best accuracy on the measuring split; null while there is none. */
  readonly accuracies: readonly (number | null)[];
  /** Over the seeds that are done; the deviation is the sample's (n - 1), null below two. */
  readonly mean: number | null;
  readonly deviation: number | null;
  /** What the paper reports for this variant, per cent; null for a preset that is none of its datasets'. */
  readonly paper: number | null;
}

type MeasuredRun = Pick<Run, 'id' | 'status' | 'best'>;

/** Only runs that have ended count: one under way may still get better. */
export function ablationRows(suite: Suite, runs: readonly MeasuredRun[]): AblationRow[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const paper = PAPER[suite.request.settings.preset.replace(/-official$/, '')];
  return VARIANTS.flatMap(({ id, title, layerEmbedding, vich }, index): AblationRow[] => {
    if (!suite.variants.includes(id)) return [];
    const accuracies = suite.seeds.map((seed) => {
      const entry = suite.runs.find((one) => one.variant === id && one.seed === seed);
      const run = entry === undefined ? undefined : byId.get(entry.run);
      return run?.status === 'done' ? (run.best?.value ?? null) : null;
    });
    const done = accuracies.filter((value) => value !== null);
    return [
      {
        ...{ variant: id, title, layerEmbedding, vich, accuracies },
        ...{ mean: meanOf(done), deviation: deviationOf(done), paper: paper?.[index] ?? null },
      },
    ];
  });
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation, divided by n - 1. */
function deviationOf(values: readonly number[]): number | null {
  const mean = meanOf(values);
  if (mean === null || values.length < 2) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

const percent = (value: number, digits = 2): string => (100 * value).toFixed(digits);

/** "91.32 ± 0.24", per cent. */
export function meanText({ mean, deviation }: Pick<AblationRow, 'mean' | 'deviation'>): string {
  if (mean === null) return '–';
  return deviation === null ? percent(mean) : `${percent(mean)} ± ${percent(deviation)}`;
}

/** As it is printed: like the paper's table 3. */
export function ablationTable(suite: Suite, runs: readonly MeasuredRun[]): Table {
  const rows = ablationRows(suite, runs);
  const reported = rows.some(({ paper }) => paper !== null);
  return {
    columns: ['Variant', 'Layer embedding', 'VICH', 'Accuracy, %', 'Seeds', ...(reported ? ['Paper reports, %'] : [])],
    rows: rows.map((row) => [
      row.title,
      row.layerEmbedding ? '✓' : '–',
      row.vich ? '✓' : '–',
      meanText(row),
      row.accuracies.filter((value) => value !== null).length,
      ...(reported ? [row.paper === null ? '–' : row.paper.toFixed(2)] : []),
    ]),
  };
}

/** Every run's number, at full precision: for CSV. */
export function ablationNumbers(suite: Suite, runs: readonly MeasuredRun[]): Table {
  const rows = ablationRows(suite, runs);
  return {
    columns: [
      'variant',
      'layer_embedding',
      'vich',
      ...suite.seeds.map((seed) => `accuracy_seed_${seed}`),
      'seeds_done',
      'accuracy_mean',
      'accuracy_sd',
      'paper_reports_percent',
    ],
    rows: rows.map(({ variant, layerEmbedding, vich, accuracies, mean, deviation, paper }) => [
      variant,
      layerEmbedding ? 1 : 0,
      vich ? 1 : 0,
      ...accuracies,
      accuracies.filter((value) => value !== null).length,
      mean,
      deviation,
      paper,
    ]),
  };
}
