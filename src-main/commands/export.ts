import { Argument, type Command } from 'commander';
import { FailureError } from '../../src-shared/domain/failure.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import { exportLabels, exportPredictions } from '../services/labels/export.ts';
import { UsageError, type Cli } from './cli.ts';
import { absolute, findDataset, findRun, openProject } from './find.ts';
import { integer } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { counted } from './text.ts';

interface ExportOptions {
  readonly project: string;
  readonly out: string;
  readonly dataset?: string;
  readonly run?: number;
  readonly json?: boolean;
}

type What = 'labels' | 'predictions';

export function exportCommand(cli: Cli): Command {
  return cli
    .command('export', 'write labels or predictions as CSV', 'export labels --project study --out labels.csv')
    .addArgument(new Argument('<what>', 'what to write').choices(['labels', 'predictions']))
    .requiredOption('--project <dir>', 'project folder')
    .requiredOption('--out <file>', 'CSV file to write')
    .option('--dataset <name>', 'only this dataset (default: all)')
    .option('--run <id>', 'run whose predictions are written (default: the only one that has any)', integer(1))
    .action((what: What, options: ExportOptions) => {
      if (what === 'labels' && options.run !== undefined)
        throw new UsageError('Labels belong to no run: leave --run away.');
      return cli.run(options.json, (session) => write(session, what, options));
    });
}

async function write(session: Session, what: What, options: ExportOptions): Promise<Outcome> {
  await openProject(session, options.project);
  const { store } = session.services.workspace.require();
  const out = absolute(session, options.out);
  const dataset = options.dataset === undefined ? null : findDataset(session, options.dataset).id;
  if (what === 'labels') {
    const { images } = await exportLabels(store, dataset, out);
    return { json: { images, out }, text: `${counted(images, 'label')} in ${out}` };
  }
  const run = options.run === undefined ? onlyRun(session) : findRun(session, options.run);
  const { images } = await exportPredictions(store, run.id, out, { dataset });
  return { json: { images, out, run: run.id }, text: `${counted(images, 'prediction')} of run ${run.id} in ${out}` };
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
