/** What an import would do or did, for people. */
import type { ImportPreview, ImportProblem, ImportReport } from '../../src-shared/domain/dataset.ts';
import { ruleForSplit } from '../../src-shared/metrics/vote-rules.ts';
import { count, counted, duration, table } from './text.ts';

/** Listed in the terminal; --json, --report and the workbench have more. */
const SHOWN_PROBLEMS = 10;

function problemLines(problems: readonly ImportProblem[], all: number): string[] {
  if (all === 0) return [];
  const shown = problems.slice(0, SHOWN_PROBLEMS).map(({ path, reason }) => `  ${path}: ${reason}`);
  const more = all > shown.length ? [`  … and ${count(all - shown.length)} more`] : [];
  return [`${counted(all, 'problem')}:`, ...shown, ...more];
}

export function reportText(report: ImportReport): string {
  const { name, images, broken, excluded, duplicates, unlabelled, seconds, choices } = report;
  return [
    `Read as ${report.format}. ${report.reason}`,
    `"${name}": ${counted(images, 'image')} in ${duration(seconds)}, ${count(broken)} broken, ` +
      `${counted(duplicates, 'duplicate')}, ${count(unlabelled)} unlabelled, ${count(excluded)} left out`,
    ...(choices.voteRule === undefined ? [] : [`Labels by the vote rule ${choices.voteRule}.`]),
    table(['class', 'images'], Object.entries(report.classes)),
    table(['split', 'images'], Object.entries(report.splits)),
    ...problemLines(report.problems, report.problemCount),
  ].join('\n');
}

export function previewText(preview: Omit<ImportPreview, 'preview'>): string {
  const { votes, voteRule, excluded } = preview;
  const splits = [...new Set(votes.map(({ split }) => split))];
  const rules = [...new Set(votes.map(({ rule }) => rule))];
  const cell = (rule: string, split: string): string => {
    const found = votes.find((one) => one.rule === rule && one.split === split);
    return found === undefined ? '' : `${count(found.kept)} kept, ${count(found.dropped)} dropped`;
  };
  const used = splits.map((split) => `${split || 'all'} by ${voteRule === null ? '' : ruleForSplit(voteRule, split)}`);
  return [
    `Nothing was written. Read as ${preview.format}. ${preview.reason}`,
    counted(preview.rows, 'image'),
    table(
      ['class', 'images', 'means'],
      preview.classes.map(({ raw, count: images, expression }) => [raw || '(none)', images, expression ?? '?']),
    ),
    table(['split', 'images'], Object.entries(preview.splits)),
    ...(excluded.length === 0
      ? []
      : [
          table(
            ['left out because', 'images'],
            excluded.map(({ reason, count: images }) => [reason, images]),
          ),
        ]),
    ...(votes.length === 0
      ? []
      : [
          table(
            ['vote rule', ...splits.map((split) => split || 'all')],
            rules.map((rule) => [rule, ...splits.map((split) => cell(rule, split))]),
          ),
          voteRule === null ? 'The votes would only be kept.' : `Labels would be made for ${used.join(', ')}.`,
        ]),
    ...problemLines(preview.problems, preview.problemCount),
  ].join('\n');
}
