import type { Command } from 'commander';
import { importLabels } from '../services/labels/import-labels.ts';
import type { Cli } from './cli.ts';
import { absolute, openProject } from './find.ts';
import type { Outcome, Session } from './session.ts';
import { counted } from './text.ts';

interface LabelOptions {
  readonly project: string;
  readonly from: string;
  readonly json?: boolean;
}

export function labelCommand(cli: Cli): Command {
  return cli
    .command(
      'label',
      'label images from a table, as a person would: appended to the log',
      'label --project study --from labels.csv',
    )
    .requiredOption('--project <dir>', 'project folder')
    .requiredOption(
      '--from <file>',
      'CSV or TSV with the columns path and label, and dataset where several share paths',
    )
    .action((options: LabelOptions) => cli.run(options.json, (session) => label(session, options)));
}

async function label(session: Session, options: LabelOptions): Promise<Outcome> {
  const { workspace, labels } = session.services;
  await openProject(session, options.project);
  const found = await importLabels(workspace.require().store, labels, absolute(session, options.from));
  const { labelled, unknownPathCount, unknownLabels, badRows } = found;
  const lines = [`${counted(labelled, 'image')} labelled`];
  if (unknownPathCount > 0)
    lines.push(`${counted(unknownPathCount, 'path')} unknown: ${found.unknownPaths.slice(0, 5).join(', ')}`);
  if (unknownLabels.length > 0) lines.push(`Labels that mean no class: ${unknownLabels.slice(0, 10).join(', ')}`);
  if (badRows > 0) lines.push(`${counted(badRows, 'row')} passed over`);
  return { json: { ...found }, text: lines.join('\n') };
}
