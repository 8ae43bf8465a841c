import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { absolute, findRun, openProject } from './find.ts';
import { integer } from './options.ts';
import { counted, percent } from './text.ts';

interface BundleOptions {
  readonly project: string;
  readonly run: number;
  readonly out: string;
  readonly json?: boolean;
}

export function bundleCommand(cli: Cli): Command {
  return cli
    .command(
      'bundle',
      'write a folder from which a colleague reproduces a run’s accuracy without this program',
      'bundle --project study --run 1 --out hand-off',
    )
    .requiredOption('--project <dir>', 'project folder')
    .requiredOption('--run <id>', 'run to hand off', integer(1))
    .requiredOption('--out <dir>', 'new folder')
    .action((options: BundleOptions) =>
      cli.run(options.json, async (session) => {
        await openProject(session, options.project);
        const run = findRun(session, options.run);
        const out = absolute(session, options.out);
        const { job, result } = session.services.models.startBundle({ run: run.id, out });
        await session.follow(job);
        const report = await result;
        const measured = report.accuracy === null ? '' : `, ${percent(report.accuracy)} of the labelled ones right`;
        return {
          json: { ...report },
          text: `${report.folder}: ${counted(report.files.length, 'file')}, ${counted(report.predictions, 'prediction')}${measured}`,
        };
      }),
    );
}
