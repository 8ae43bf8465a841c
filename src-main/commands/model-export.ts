import { Option, type Command } from 'commander';
import { ModelFormat, ModelPrecision, type ModelExport } from '../../src-shared/domain/model.ts';
import { UsageError, type Cli } from './cli.ts';
import { absolute, findRun, openProject } from './find.ts';
import { integer } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { percent } from './text.ts';

interface ExportOptions {
  readonly project?: string;
  readonly run?: number;
  readonly checkpoint?: string;
  readonly format: ModelFormat;
  readonly precision: ModelPrecision;
  readonly out: string;
  readonly json?: boolean;
}

export function modelExportCommand(cli: Cli): Command {
  return cli
    .command(
      'export',
      'write a model for other programs, and compare what the file gives',
      'model export --project study --run 1 --format onnx --out model.onnx',
    )
    .option('--project <dir>', 'project folder')
    .option('--run <id>', 'run whose best checkpoint is written', integer(1))
    .option('--checkpoint <file>', 'checkpoint of the workbench, outside any project')
    .addOption(new Option('--format <format>', 'how to write it').choices(ModelFormat.options).makeOptionMandatory())
    .addOption(
      new Option('--precision <precision>', 'bits of a number, ONNX only')
        .choices(ModelPrecision.options)
        .default('float32'),
    )
    .requiredOption('--out <file>', 'file to write')
    .action((options: ExportOptions) => {
      const { run, checkpoint, project } = options;
      if ((run === undefined) === (checkpoint === undefined))
        throw new UsageError('Give either --run ID or --checkpoint FILE.');
      if (run !== undefined && project === undefined) throw new UsageError('Give --project DIR with --run.');
      return cli.run(options.json, (session) => exportModel(session, options));
    });
}

async function exportModel(session: Session, options: ExportOptions): Promise<Outcome> {
  const { models } = session.services;
  const { format, precision, run, checkpoint, project = '' } = options;
  const out = absolute(session, options.out);
  if (run === undefined)
    return exported(await models.exportFile(absolute(session, checkpoint ?? ''), { format, precision, out }));
  await openProject(session, project);
  const { job, result } = models.startExport({ run: findRun(session, run).id, format, precision, out });
  await session.follow(job);
  return exported(await result);
}

function exported(done: ModelExport): Outcome {
  const { file, images, source, difference, accuracy } = done;
  const where = source === 'validation' ? 'validation images' : 'generated images';
  const kept =
    accuracy &&
    ` Accuracy on ${accuracy.images} images: ${percent(accuracy.app)} here, ${percent(accuracy.file)} in the file.`;
  return {
    json: { ...done },
    text: `${file}: largest difference to the app’s own output ${difference.toExponential(1)} on ${images} ${where}.${kept ?? ''}`,
  };
}
