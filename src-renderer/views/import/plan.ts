/** What an import will do, worked out from the preview and the person's corrections. Pure. */
import type { ImportPreview, LabelMap, SplitPlan } from '../../../src-shared/domain/dataset.ts';
import { EXPRESSIONS, type Expression } from '../../../src-shared/domain/expression.ts';
import { baseName } from '../../text/format.ts';

export type PreviewClass = ImportPreview['classes'][number];

/** Where a raw class name goes after the corrections; null = left unlabelled. */
export function expressionOf({ raw, expression }: PreviewClass, corrections: LabelMap): Expression | null {
  const corrected = corrections[raw];
  return corrected === undefined ? expression : corrected;
}

/** Nobody has said yet what this name means: neither the synonyms table nor the person. */
export function isUnknown({ raw, expression }: PreviewClass, corrections: LabelMap): boolean {
  return expression === null && !(raw in corrections);
}

/**
 * Classes in the order to look at them: names that the synonyms table does not know first, then by expression, larger ones first.
 * The order does not depend on corrections, so that a row stays where it is while one corrects it.
 */
export function orderedClasses(preview: ImportPreview): PreviewClass[] {
  const rank = ({ expression }: PreviewClass): number => (expression === null ? -1 : EXPRESSIONS.indexOf(expression));
  return preview.classes.toSorted((a, b) => rank(a) - rank(b) || b.count - a.count || a.raw.localeCompare(b.raw));
}

/** Images by expression after the corrections, in the order of the keys; the unlabelled last (null). */
export function countsByExpression(
  preview: ImportPreview,
  corrections: LabelMap,
): { readonly expression: Expression | null; readonly count: number; readonly raws: readonly string[] }[] {
  return [...EXPRESSIONS, null].flatMap((expression) => {
    const classes = preview.classes.filter((one) => expressionOf(one, corrections) === expression);
    if (classes.length === 0) return [];
    return { expression, count: classes.reduce((sum, one) => sum + one.count, 0), raws: classes.map(({ raw }) => raw) };
  });
}

/** The split plan as typed. */
export interface SplitDraft {
  readonly train: string;
  readonly val: string;
  readonly seed: string;
}

export const DEFAULT_SPLIT: SplitDraft = { train: '80', val: '20', seed: '1' };

export type SplitField = keyof SplitDraft;

/** Reads the shares (in percent) and the seed; or says what is wrong, by field. */
export function readSplit(
  draft: SplitDraft,
): { readonly plan: SplitPlan } | { readonly problems: Readonly<Partial<Record<SplitField, string>>> } {
  const problems: Partial<Record<SplitField, string>> = {};
  const share = (field: 'train' | 'val'): number => {
    const value = /^\d+(\.\d+)?$/.test(draft[field].trim()) ? Number(draft[field]) : NaN;
    if (!(value > 0 && value < 100)) problems[field] = 'Must be a number between 0 and 100.';
    return value;
  };
  const train = share('train');
  const val = share('val');
  if (Object.keys(problems).length === 0 && Math.abs(train + val - 100) > 1e-9)
    problems.val = `The shares must sum to 100; these sum to ${Number((train + val).toFixed(6))}.`;
  if (!/^\d{1,15}$/.test(draft.seed.trim())) problems.seed = 'Must be a whole number, 0 or more.';
  if (Object.keys(problems).length > 0) return { problems };
  // Exact complements: the two shares must sum to 1 for the service too.
  return { plan: { shares: { train: train / 100, val: 1 - train / 100 }, seed: Number(draft.seed) } };
}

/** A name for the dataset from its source, different from those that are taken. */
export function proposeName(source: string, taken: readonly string[]): string {
  const base = baseName(source).replace(/\.(csv|tsv|txt)$/i, '') || 'Images';
  const used = new Set(taken);
  if (!used.has(base)) return base;
  let n = 2;
  while (used.has(`${base} ${n}`)) n += 1;
  return `${base} ${n}`;
}

const PROBLEM_WORDS: Readonly<Record<ImportPreview['problems'][number]['kind'], readonly [one: string, many: string]>> =
  {
    missing: ['missing file', 'missing files'],
    unreadable: ['unreadable image', 'unreadable images'],
    'unknown-label': ['unknown label', 'unknown labels'],
    'no-label': ['row without a label', 'rows without a label'],
    'bad-row': ['row that cannot be read', 'rows that cannot be read'],
    outside: ['file outside the folder', 'files outside the folder'],
    duplicate: ['duplicate', 'duplicates'],
  };

/** "2 missing files, 1 duplicate", most frequent first. */
export function problemSummary(problems: readonly ImportPreview['problems'][number][]): string {
  const byKind = new Map<keyof typeof PROBLEM_WORDS, number>();
  for (const { kind } of problems) byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
  return [...byKind]
    .toSorted((a, b) => b[1] - a[1])
    .map(([kind, n]) => `${n.toLocaleString('en-US')} ${PROBLEM_WORDS[kind][n === 1 ? 0 : 1]}`)
    .join(', ');
}

/** One problem's kind in words. */
export function problemWord(kind: keyof typeof PROBLEM_WORDS): string {
  return PROBLEM_WORDS[kind][0];
}
