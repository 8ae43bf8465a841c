import { EXPRESSION_FACES, EXPRESSIONS, type Expression } from '../../../src-shared/domain/expression.ts';
import type { LabelChange, LabelRole, Opinion } from '../../../src-shared/domain/label.ts';
import type { QueueEntry } from '../../../src-shared/domain/queue.ts';
import { topOf } from '../../../src-shared/metrics/vote-rules.ts';
import { blind } from '../../state/blind.svelte.ts';
import { labels } from '../../state/labels.svelte.ts';
import { notices } from '../../state/notices.svelte.ts';
import { session } from '../../state/session.svelte.ts';
import { settings } from '../../state/settings.svelte.ts';
import { baseName } from '../../text/format.ts';
import { relabelled } from '../gallery/gallery.svelte.ts';
import { inspected } from '../inspector/inspected.svelte.ts';
import { coLabels } from './shares.ts';
import { triage } from './triage.svelte.ts';

/** What a person decides about the image on the stage. */
class Judge {
  /** Classes chosen with Shift, not stored yet. */
  #chosen = $state.raw<{ image: number; classes: readonly Expression[] } | null>(null);
  #editing = $state(false);

  /** Blind mode is on, chosen or by the queue's default. */
  get blind(): boolean {
    return blind.choice ?? triage.queue === 'second';
  }
  /** What others say must not be shown now. */
  get hidden(): boolean {
    return this.blind && (triage.entry?.mine ?? null) === null;
  }
  get editing(): boolean {
    return this.#editing;
  }
  edit(on: boolean): void {
    this.#editing = on;
  }

  /** Co-labels that wait for Enter; null: none. */
  get chosen(): readonly Expression[] | null {
    return this.#chosen !== null && this.#chosen.image === triage.entry?.row.id ? this.#chosen.classes : null;
  }

  /** Classes of the label that may be seen: one's own while blind. */
  get current(): readonly Expression[] {
    const entry = triage.entry;
    if (entry === undefined) return [];
    const own = entry.mine;
    if (own?.kind === 'soft') return EXPRESSIONS.filter((expression) => (own.soft[expression] ?? 0) > 0);
    if (own?.kind === 'hard') return [own.label];
    if (this.hidden || triage.queue === 'second') return [];
    const target = inspected.detail?.row.id === entry.row.id ? inspected.detail.target : null;
    if (target !== null) return EXPRESSIONS.filter((expression) => (target[expression] ?? 0) > 0);
    return entry.row.label === null ? [] : [entry.row.label];
  }

  /** In which role: a second opinion changes no label, and a judge is no voter. */
  get role(): LabelRole {
    if (triage.queue === 'second') return 'opinion';
    return triage.queue === 'adjudicate' ? 'decision' : 'label';
  }

  label(expression: Expression): void {
    if (!this.#isActive(expression)) return;
    this.#apply({ kind: 'hard', label: expression }, `labelled ${EXPRESSION_FACES[expression].title}`, true);
  }

  /** Adds or takes away a class with an equal share; stays. */
  toggle(expression: Expression): void {
    const image = triage.entry?.row.id;
    if (image === undefined || !this.#isActive(expression)) return;
    const before = this.chosen ?? this.current;
    const classes = before.includes(expression) ? before.filter((one) => one !== expression) : [...before, expression];
    this.#chosen = { image, classes };
    const names = classes.map((one) => EXPRESSION_FACES[one].title).join(', ');
    notices.announce(classes.length === 0 ? 'No class chosen' : `${names}, equal shares. Enter stores them.`);
  }

  /** Stores the co-labels that were chosen, else says that the label that stands is right. */
  confirm(): void {
    const { chosen, hidden } = this;
    const entry = triage.entry;
    if (entry === undefined) return;
    if (chosen !== null) {
      const change = coLabels(chosen);
      if (change === null) return this.clear();
      const names = chosen.map((one) => EXPRESSION_FACES[one].title).join(' and ');
      return this.#apply(change, `labelled ${names}`, true);
    }
    const standing = this.current;
    const target = entry.mine === null ? inspected.detail?.target : null;
    const [only] = standing;
    if (only === undefined || hidden)
      return notices.announce(
        hidden ? 'Judge it first: nothing is shown to confirm.' : 'There is no label to confirm.',
      );
    const soft = entry.mine?.kind === 'soft' ? entry.mine.soft : (target ?? null);
    const change: LabelChange =
      standing.length > 1 && soft !== null ? { kind: 'soft', soft } : { kind: 'hard', label: only };
    this.#apply(change, 'confirmed', true);
  }

  save(change: LabelChange, verb: string): void {
    this.#editing = false;
    this.#apply(change, verb, true);
  }

  unsure(): void {
    this.#apply({ kind: 'unsure' }, 'marked unsure', true);
  }

  skip(): void {
    this.#apply({ kind: 'skip' }, 'put aside', true);
  }

  clear(): void {
    this.#apply({ kind: 'clear' }, this.role === 'opinion' ? 'without your opinion' : 'cleared', false);
  }

  acceptModel(): void {
    const predicted = triage.entry?.row.prediction ?? null;
    if (this.hidden) return notices.announce('Judge it first: the prediction is hidden.');
    if (predicted === null) return notices.announce('There is no prediction of this image.');
    this.label(predicted);
  }

  /** The class that most other people gave. */
  get consensus(): Expression | null {
    if (this.hidden || inspected.detail?.row.id !== triage.entry?.row.id) return null;
    const shares: Partial<Record<Expression, number>> = {};
    for (const { opinion } of inspected.detail?.opinions ?? [])
      if (opinion.kind === 'hard' || opinion.kind === 'soft') shares[opinion.label] = (shares[opinion.label] ?? 0) + 1;
    return topOf(shares);
  }

  acceptConsensus(): void {
    const { consensus } = this;
    if (consensus === null) return notices.announce('Nobody has judged this image yet, or it is hidden.');
    this.label(consensus);
  }

  toggleExcluded(): void {
    const out = triage.entry?.row.status === 'excluded';
    this.#apply({ kind: 'exclude', excluded: !out }, out ? 'included again' : 'excluded', !out);
  }

  toggleFlag(): void {
    const flagged = triage.entry?.row.flagged === true;
    this.#apply({ kind: 'flag', flagged: !flagged }, flagged ? 'no longer flagged' : 'flagged', false);
  }

  #isActive(expression: Expression): boolean {
    if (session.classes.includes(expression)) return true;
    notices.announce(`${EXPRESSION_FACES[expression].title} is inactive in 7-class data.`);
    return false;
  }

  #apply(change: LabelChange, verb: string, advance: boolean): void {
    const { entry, at } = triage;
    if (entry === undefined) return;
    if (!triage.settled) return notices.announce('The queue is still opening.');
    const { role } = this;
    this.#chosen = null;
    const image = entry.row.id;
    labels.apply({
      on: { images: [image] },
      change,
      as: role,
      context: { queue: triage.queue, run: session.run?.id ?? null, score: entry.score },
      done: `${baseName(entry.row.path)} ${verb}`,
      focus: image,
      optimistic: () => {
        const takeBack = triage.patch(at, (one) => changed(one, change, role));
        return () => {
          takeBack();
          triage.go(at);
        };
      },
    });
    if (advance && settings.get('autoAdvance')) triage.step(1);
  }
}

/** An entry as it will be once a change is stored. */
function changed(entry: QueueEntry, change: LabelChange, role: LabelRole): QueueEntry {
  const { row } = entry;
  switch (change.kind) {
    case 'exclude':
      return { ...entry, row: row.status === 'broken' ? row : { ...row, status: change.excluded ? 'excluded' : 'ok' } };
    case 'flag':
      return { ...entry, row: { ...row, flagged: change.flagged } };
    case 'note':
    case 'box':
      return entry;
    default: {
      const mine = role === 'decision' ? entry.mine : opinionOf(change);
      const label = change.kind === 'hard' ? change.label : change.kind === 'soft' ? topOf(change.soft) : null;
      const sets = role !== 'opinion' && change.kind !== 'unsure' && change.kind !== 'skip';
      return { ...entry, mine, row: sets ? relabelled(row, label) : { ...row, reviewed: true } };
    }
  }
}

function opinionOf(change: LabelChange): Opinion | null {
  if (change.kind === 'hard') return { kind: 'hard', label: change.label };
  if (change.kind === 'unsure' || change.kind === 'skip') return { kind: change.kind };
  const label = change.kind === 'soft' ? topOf(change.soft) : null;
  return change.kind === 'soft' && label !== null ? { kind: 'soft', label, soft: change.soft } : null;
}

export const judge = new Judge();
