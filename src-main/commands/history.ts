import { Option, type Command } from 'commander';
import { AuditFilter, AUDIT_PARTS } from '../../src-shared/domain/audit.ts';
import { auditSource } from '../../src-shared/domain/audit-row.ts';
import { EXPRESSION_FACES, type Expression } from '../../src-shared/domain/expression.ts';
import { exportEvents } from '../services/labels/export-events.ts';
import type { Cli } from './cli.ts';
import { absolute, findDataset, openProject } from './find.ts';
import { integer } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { counted, table } from './text.ts';

interface HistoryOptions {
  readonly project: string;
  readonly dataset?: string;
  readonly annotator?: string;
  readonly what?: (typeof AUDIT_PARTS)[number];
  readonly queue?: string;
  readonly path?: string;
  readonly limit: number;
  readonly out?: string;
  readonly json?: boolean;
}

export function historyCommand(cli: Cli): Command {
  return cli
    .command(
      'history',
      'who did what to which image, the newest first',
      'history --project study --annotator Ann --out ann.csv',
    )
    .requiredOption('--project <dir>', 'project folder')
    .option('--dataset <name>', 'dataset (default: the only one)')
    .option('--annotator <name>', 'events of this annotator only')
    .addOption(new Option('--what <part>', 'what the events are about').choices(AUDIT_PARTS))
    .option('--queue <name>', 'decided in this queue')
    .option('--path <text>', 'images whose path contains this')
    .option('--limit <n>', 'events to print', integer(1, 1_000), 20)
    .option('--out <file>', 'write all of them as CSV')
    .action((options: HistoryOptions) => cli.run(options.json, (session) => history(session, options)));
}

async function history(session: Session, options: HistoryOptions): Promise<Outcome> {
  const { history: log } = session.services;
  await openProject(session, options.project);
  const filter = AuditFilter.parse({
    dataset: findDataset(session, options.dataset).id,
    annotator: options.annotator,
    part: options.what,
    queue: options.queue,
    path: options.path,
  });
  const events = (wanted: AuditFilter, before: number | null, limit: number) => log.page(wanted, before, limit);
  if (options.out !== undefined) {
    const file = absolute(session, options.out);
    const written = await exportEvents(events, filter, file);
    return { json: { ...written, file }, text: `${counted(written.events, 'event')} in ${file}` };
  }
  const lines = await events(filter, null, options.limit);
  const total = (await log.summary(filter)).events;
  const name = (label: Expression | null): string => (label === null ? 'none' : EXPRESSION_FACES[label].title);
  const rows = lines.map((line) => [
    line.at.slice(0, 19).replace('T', ' '),
    line.annotator,
    line.path,
    line.before === line.after ? line.value : `${name(line.before)} → ${name(line.after)}`,
    auditSource(line),
    line.takenBack ? 'taken back' : '',
  ]);
  const rest = total > lines.length ? `\n${counted(total, 'event')}; --limit shows more, --out writes all.` : '';
  const text = rows.length === 0 ? 'No event.' : table(['When', 'Who', 'Image', 'What', 'From', ''], rows) + rest;
  return { json: { events: lines, total }, text };
}
