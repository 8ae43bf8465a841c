import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import {
  FILE_MODES,
  LABEL_FORMAT_FACTS,
  LABEL_FORMATS,
  CURVE_FORMATS,
  PREDICTION_FORMATS,
  PredictionFormat,
  LabelFormat,
  type CurveFormat,
  type ExportRequest,
  type FileMode,
} from '../../src-shared/domain/export.ts';
import { FailureError } from '../../src-shared/domain/failure.ts';
import { quoteValue } from '../../src-shared/domain/query/format.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import { writeWhole } from '../services/files/write.ts';
import { UsageError, type Cli } from './cli.ts';
import { absolute, checkSplit, findDataset, findRun, findVersion, openProject } from './find.ts';
import { integer } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { counted } from './text.ts';

interface ExportOptions {
  readonly project: string;
  readonly out: string;
  readonly format: LabelFormat | PredictionFormat | CurveFormat;
  readonly dataset?: string;
  readonly version?: string;
  readonly query?: string;
  readonly split?: string;
  readonly files?: FileMode;
  readonly run?: number;
  readonly json?: boolean;
}

const WHATS = ['labels', 'predictions', 'metrics', 'dynamics'] as const;
type What = (typeof WHATS)[number];

export function exportCommand(cli: Cli): Command {
  const formats = [...new Set([...LABEL_FORMATS, ...PREDICTION_FORMATS, ...CURVE_FORMATS])];
  return cli
    .command(
      'export',
      'write labels, predictions or what a training measured for other programs, or a dataset as a workbench folder',
      'export labels --project study --format portable --out study-labels',
    )
    .addArgument(new Argument('<what>', 'what to write').choices(WHATS))
    .requiredOption('--project <dir>', 'project folder')
    .requiredOption('--out <path>', 'new file or folder to write')
    .addOption(new Option('--format <format>', 'how to write it').choices(formats).default('csv'))
    .option('--dataset <name>', 'only this dataset (default: the only one; all of them in a CSV)')
    .option('--version <name>', 'labels as they stood in this version (default: as they are now)')
    .option('--query <text>', 'only images that this query finds, e.g. "label:sad wrong"')
    .option('--split <name>', 'only this split')
    .addOption(new Option('--files <mode>', 'what becomes of the image files').choices(FILE_MODES))
    .option('--run <id>', 'run whose predictions are written, or that the query is about', integer(1))
    .action((what: What, options: ExportOptions) => {
      check(what, options);
      return cli.run(options.json, (session) =>
        what === 'labels' || what === 'predictions'
          ? write(session, what, options)
          : writeCurves(session, what, options),
      );
    });
}

function check(what: What, { run, query, version, files }: ExportOptions): void {
  if (what === 'labels' && run !== undefined && query === undefined)
    throw new UsageError('Labels belong to no run: leave --run away, or add a --query on its predictions.');
  if (what === 'predictions' && (version !== undefined || files !== undefined))
    throw new UsageError('--version and --files are about labels.');
}

/** Curves as CSV or TensorBoard's events, and how each image was learnt as an .npz file. */
async function writeCurves(session: Session, what: 'metrics' | 'dynamics', options: ExportOptions): Promise<Outcome> {
  if (options.run === undefined) throw new UsageError('Name the run with --run.');
  const format = what === 'dynamics' ? 'npz' : options.format;
  if (format !== 'csv' && format !== 'tensorboard' && format !== 'npz')
    throw new UsageError('Metrics are written as csv or tensorboard.');
  await openProject(session, options.project);
  const run = findRun(session, options.run);
  const file = await session.services.exports.curves({ run: run.id, format });
  // Event files are found by their names, in a folder for each run.
  const out =
    format === 'tensorboard' ? join(absolute(session, options.out), file.name) : absolute(session, options.out);
  if (format === 'tensorboard') await mkdir(absolute(session, options.out), { recursive: true });
  await writeWhole(out, (temporary) => writeFile(temporary, file.bytes));
  return { json: { run: run.id, format, out, bytes: file.bytes.length }, text: `${out}: ${file.bytes.length} bytes` };
}

async function write(session: Session, what: 'labels' | 'predictions', options: ExportOptions): Promise<Outcome> {
  await openProject(session, options.project);
  const request = what === 'labels' ? await labelRequest(session, options) : predictionRequest(session, options);
  const { job, result } = await session.services.exports.start(request);
  await session.follow(job);
  const { images, leftOut } = await result;
  const { format, out } = request;
  const of = request.what === 'predictions' ? ` of run ${request.run}` : '';
  const rest = leftOut === 0 ? '' : `, ${counted(leftOut, 'image')} left out`;
  return {
    json: { images, leftOut, format, out, ...(request.what === 'predictions' && { run: request.run }) },
    text: `${counted(images, what === 'labels' ? 'label' : 'prediction')}${of} in ${out}${rest}`,
  };
}

async function labelRequest(session: Session, options: ExportOptions): Promise<ExportRequest> {
  const found = LabelFormat.safeParse(options.format);
  if (!found.success) throw new UsageError(`Labels are written as ${LABEL_FORMATS.join(', ')}.`);
  const format = found.data;
  const needsOne = format !== 'csv' || options.version !== undefined;
  const dataset = chosenDataset(session, options.dataset, needsOne || options.split !== undefined);
  return {
    what: 'labels',
    format,
    dataset: dataset?.id ?? null,
    version:
      options.version === undefined || dataset === null
        ? null
        : (await findVersion(session, dataset, options.version)).id,
    q: queryOf(options, dataset),
    run: options.run ?? null,
    files: options.files ?? LABEL_FORMAT_FACTS[format].files[0] ?? 'refer',
    out: absolute(session, options.out),
  };
}

function predictionRequest(session: Session, options: ExportOptions): ExportRequest {
  const found = PredictionFormat.safeParse(options.format);
  if (!found.success) throw new UsageError(`Predictions are written as ${PREDICTION_FORMATS.join(' or ')}.`);
  const run = options.run === undefined ? onlyRun(session) : findRun(session, options.run);
  const dataset = chosenDataset(session, options.dataset, options.split !== undefined);
  if (options.split !== undefined && dataset !== null) checkSplit(dataset, options.split);
  return {
    what: 'predictions',
    format: found.data,
    run: run.id,
    dataset: dataset?.id ?? null,
    split: options.split ?? null,
    q: options.query ?? '',
    out: absolute(session, options.out),
  };
}

function queryOf({ query = '', split }: ExportOptions, dataset: Dataset | null): string {
  if (split === undefined || dataset === null) return query;
  checkSplit(dataset, split);
  return `${query} split:${quoteValue(split)}`.trim();
}

function chosenDataset(session: Session, given: string | undefined, needsOne: boolean): Dataset | null {
  return given === undefined && !needsOne ? null : findDataset(session, given);
}

function onlyRun({ services }: Session): Run {
  const [only, ...others] = services.runs.list().filter(({ predictions }) => predictions > 0);
  if (only !== undefined && others.length === 0) return only;
  throw new FailureError({
    kind: only === undefined ? 'not-found' : 'invalid',
    message: only === undefined ? 'No run of this project has predictions.' : 'Several runs have predictions.',
    remedy:
      only === undefined
        ? 'Predict first: poster-var predict.'
        : `Name one with --run: ${[only, ...others].map(({ id, name }) => `${id} (${name})`).join(', ')}.`,
  });
}
