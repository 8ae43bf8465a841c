/** The table of an ablation: each variant's accuracy over the seeds, as the paper's table 3 has it for one run each. */
import { PAPER_RESULTS, paperDatasetOf, type PaperDataset } from '../domain/paper.ts';
import type { Run } from '../domain/run.ts';
import { VARIANTS } from '../domain/suite.ts';
import type { Suite, VariantId } from '../domain/suite.ts';
import type { Table } from '../text/table.ts';

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
  /** What the paper reports for this variant, per cent; null without a dataset of its. */
  readonly paper: number | null;
}

type MeasuredRun = Pick<Run, 'id' | 'status' | 'best'>;

/** Whose figures stand beside a suite's: the paper's on the dataset of its preset. */
export function paperOf({ request }: Suite): PaperDataset | null {
  return paperDatasetOf(request.settings.preset);
}

/**
 * Only runs that have ended count: one under way may still get better.
 * @param paper the paper's dataset whose figures stand beside; null for none.
 */
export function ablationRows(
  suite: Suite,
  runs: readonly MeasuredRun[],
  paper: PaperDataset | null = paperOf(suite),
): AblationRow[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  return VARIANTS.flatMap(({ id, title, layerEmbedding, vich }): AblationRow[] => {
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
        ...{
          mean: meanOf(done),
          deviation: deviationOf(done),
          paper: paper === null ? null : PAPER_RESULTS[paper].accuracy[id],
        },
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
export function ablationTable(
  suite: Suite,
  runs: readonly MeasuredRun[],
  paper: PaperDataset | null = paperOf(suite),
): Table {
  const rows = ablationRows(suite, runs, paper);
  const reported = paper !== null;
  return {
    columns: [
      'Variant',
      'Layer embedding',
      'VICH',
      'Accuracy, %',
      'Seeds',
      ...(reported ? [`Paper reports, ${PAPER_RESULTS[paper].dataset}, %`] : []),
    ],
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
export function ablationNumbers(
  suite: Suite,
  runs: readonly MeasuredRun[],
  paper: PaperDataset | null = paperOf(suite),
): Table {
  const rows = ablationRows(suite, runs, paper);
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
    rows: rows.map(({ variant, layerEmbedding, vich, accuracies, mean, deviation, paper: reports }) => [
      variant,
      layerEmbedding ? 1 : 0,
      vich ? 1 : 0,
      ...accuracies,
      accuracies.filter((value) => value !== null).length,
      mean,
      deviation,
      reports,
    ]),
  };
}
