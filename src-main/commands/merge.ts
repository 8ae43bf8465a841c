import { Option, type Command } from 'commander';
import type { MergePlan, MergePreference } from '../../src-shared/domain/merge.ts';
import type { Cli } from './cli.ts';
import { absolute, findDataset, openProject } from './find.ts';
import type { Outcome, Session } from './session.ts';
import { count, counted } from './text.ts';

interface MergeOptions {
  readonly project: string;
  readonly from: string;
  readonly dataset?: string;
  readonly fromDataset?: string;
  readonly prefer: MergePreference;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Conflicts that the terminal names. */
const TOLD = 20;

export function mergeCommand(cli: Cli): Command {
  return cli
    .command(
      'merge',
      'bring another project’s annotations of the same pictures here, as one act that can be undone',
      'merge --project study --from colleague --prefer newer',
    )
    .requiredOption('--project <dir>', 'project folder')
    .requiredOption('--from <dir>', 'folder of the other project; it is only read')
    .option('--dataset <name>', 'dataset (default: the only one)')
    .option('--from-dataset <name>', 'dataset there (default: the one that shares the most pictures)')
    .addOption(
      new Option('--prefer <side>', 'who is right where both say something else')
        .choices(['ours', 'theirs', 'newer'])
        .default('ours'),
    )
    .option('--dry-run', 'tell what would change, and change nothing')
    .action((options: MergeOptions) => cli.run(options.json, (session) => merge(session, options)));
}

async function merge(session: Session, options: MergeOptions): Promise<Outcome> {
  await openProject(session, options.project);
  const { team } = session.services;
  const { fromDataset, prefer, dryRun = false } = options;
  const source = {
    dataset: findDataset(session, options.dataset).id,
    project: absolute(session, options.from),
    ...(fromDataset !== undefined && { from: fromDataset }),
  };
  const plan = await team.planMerge(source);
  const told = inWords(plan);
  if (dryRun) return { json: { plan }, text: [...told, 'Nothing was changed.'].join('\n') };
  const batch = await team.merge({ ...source, prefer, choices: {} });
  const settled = plan.conflicts === 0 ? [] : [`Conflicts settled: ${prefer}`];
  return {
    json: { plan, batch },
    text: [...told, ...settled, `${counted(batch.changed, 'image')} changed`].join('\n'),
  };
}

function inWords(plan: MergePlan): string[] {
  const { labels, opinions, exclusions, flags, notes } = plan;
  return [
    `${counted(plan.matched, 'picture')} of “${plan.from}” in both, ${count(plan.onlyHere)} only here, ${count(plan.onlyThere)} only there`,
    `To bring: ${counted(labels, 'label')}, ${counted(opinions, 'opinion')}, ${counted(exclusions, 'exclusion')}, ${counted(flags, 'flag')}, ${counted(notes, 'note')}`,
    counted(plan.conflicts, 'conflict'),
    ...plan.listed.slice(0, TOLD).map(({ path, part, annotator, ours, theirs }) => {
      const what = annotator === null ? part : `${part} of ${annotator}`;
      return `  ${path}, ${what}: “${ours}” here, “${theirs}” there`;
    }),
    ...(plan.conflicts > TOLD ? [`  and ${count(plan.conflicts - TOLD)} more`] : []),
  ];
}
