import type {
  ColumnMap,
  ImportCandidate,
  ImportChoices,
  ImportPreview,
  ImportReport,
  ImportRequest,
  LabelMap,
} from '../../../src-shared/domain/dataset.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import type { VoteRule } from '../../../src-shared/domain/votes.ts';
import type { Failure } from '../../../src-shared/domain/failure.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import { client } from '../../api/client.ts';
import { busy } from '../../state/busy.svelte.ts';
import { session } from '../../state/session.svelte.ts';
import { DEFAULT_SPLIT, proposeName, readSplit, type SplitDraft } from './plan.ts';

export const STEPS = ['source', 'format', 'labels', 'check', 'import'] as const;
export type Step = (typeof STEPS)[number];

/** Columns as chosen so far; '' = none yet. */
export type ColumnDraft = Readonly<Record<keyof ColumnMap, string>>;

/** One import from its source to its report. It outlives the view: a look at the gallery does not lose it. */
class ImportWizard {
  #step = $state<Step>('source');
  #source = $state('');
  #candidates = $state.raw<readonly ImportCandidate[]>([]);
  #chosen = $state(0);
  #columns = $state.raw<ColumnDraft>({ path: '', label: '', split: '' });
  /** As the source is: its classes are what the person corrects. */
  #preview = $state.raw<ImportPreview | null>(null);
  /** With the corrections: what would really happen. */
  #checked = $state.raw<ImportPreview | null>(null);
  #corrections = $state.raw<LabelMap>({});
  #choices = $state.raw<ImportChoices>({});
  /** What every vote rule makes of the source; it stays on screen while another rule is tried. */
  #votes = $state.raw<ImportPreview['votes']>([]);
  #voteRule = $state.raw<VoteRule | null>(null);
  #split = $state.raw<SplitDraft>(DEFAULT_SPLIT);
  #name = $state('');
  #job = $state<number | null>(null);
  #report = $state.raw<ImportReport | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #working = $state(false);
  #turn = 0;

  get step(): Step {
    return this.#step;
  }
  get source(): string {
    return this.#source;
  }
  get candidates(): readonly ImportCandidate[] {
    return this.#candidates;
  }
  get candidate(): ImportCandidate | null {
    return this.#candidates[this.#chosen] ?? null;
  }
  get columns(): ColumnDraft {
    return this.#columns;
  }
  get preview(): ImportPreview | null {
    return this.#preview;
  }
  get checked(): ImportPreview | null {
    return this.#checked;
  }
  get choices(): ImportChoices {
    return this.#choices;
  }
  get votes(): ImportPreview['votes'] {
    return this.#votes;
  }
  /** The rule that will be used, chosen or the source's usual one; null: votes are only kept. */
  get voteRule(): VoteRule | null {
    return this.#choices.voteRule ?? this.#voteRule;
  }
  get corrections(): LabelMap {
    return this.#corrections;
  }
  get split(): SplitDraft {
    return this.#split;
  }
  get name(): string {
    return this.#name;
  }
  get report(): ImportReport | null {
    return this.#report;
  }
  /** What went wrong in this step. */
  get failure(): Failure | null {
    return this.#failure;
  }
  get working(): boolean {
    return this.#working;
  }
  /** The source names no splits, so they are drawn by chance. */
  get plansSplit(): boolean {
    return this.#preview !== null && Object.keys(this.#preview.splits).length === 0;
  }
  get job(): Job | null {
    return session.jobs.find(({ id }) => id === this.#job) ?? null;
  }

  get nameProblem(): string | null {
    const name = this.#name.trim();
    if (name === '') return 'A dataset needs a name.';
    return session.datasets.some((one) => one.name === name) ? 'This project has a dataset of that name.' : null;
  }

  /** Imports go into a project of the person's own, never into the sample. */
  get needsProject(): boolean {
    return session.project === null || session.project.sample;
  }

  /** Why the step cannot be left forwards; null when it can. */
  get blocked(): boolean {
    switch (this.#step) {
      case 'source':
        return true;
      case 'format':
        return this.#preview === null;
      case 'labels':
        return this.plansSplit && 'problems' in readSplit(this.#split);
      case 'check':
        return this.#checked === null || this.nameProblem !== null || this.needsProject;
      case 'import':
        return true;
    }
  }

  /** Looks at a folder or table; the ways to read it, and a preview of the best one. */
  async choose(source: string): Promise<void> {
    const found = await this.#work(client.call('import.detect', { source }));
    if (found === null) return;
    if (found.length === 0) {
      this.#failure = {
        kind: 'invalid',
        message: 'Nothing here looks like images with labels.',
        remedy: 'Choose a folder with one folder for each class, or a CSV or TSV file with a column of image paths.',
      };
      return;
    }
    this.#source = source;
    this.#candidates = found;
    this.#step = 'format';
    // Where two ways fit as well, the person chooses.
    if (found[0]?.certain === true) await this.chooseCandidate(0);
    else {
      this.#chosen = -1;
      this.#preview = null;
      this.#votes = [];
    }
  }

  async chooseCandidate(index: number): Promise<void> {
    this.#chosen = index;
    const mapping = this.candidate?.mapping;
    this.#columns = { path: mapping?.path ?? '', label: mapping?.label ?? '', split: mapping?.split ?? '' };
    const variant = this.candidate?.variant ?? null;
    const { copy } = this.#choices;
    this.#choices = { ...(variant === null ? {} : { variant }), ...(copy === true ? { copy } : {}) };
    this.#corrections = {};
    this.#votes = [];
    this.#voteRule = null;
    await this.#loadPreview();
  }

  /** Chooses how votes become labels; null keeps the labels of the source. */
  async setVoteRule(rule: VoteRule | null): Promise<void> {
    const { voteRule: _before, ...others } = this.#choices;
    this.#choices = rule === null ? others : { ...others, voteRule: rule };
    await this.#loadPreview();
  }

  async setClasses(classes: 7 | 8): Promise<void> {
    this.#choices = { ...this.#choices, classes };
    await this.#loadPreview();
  }

  setCopy(copy: boolean): void {
    this.#choices = { ...this.#choices, copy };
  }

  async setColumn(role: keyof ColumnMap, column: string): Promise<void> {
    this.#columns = { ...this.#columns, [role]: column };
    this.#corrections = {};
    await this.#loadPreview();
  }

  correct(raw: string, expression: Expression | null): void {
    this.#corrections = { ...this.#corrections, [raw]: expression };
  }

  setSplit(changes: Partial<SplitDraft>): void {
    this.#split = { ...this.#split, ...changes };
  }

  setName(name: string): void {
    this.#name = name;
  }

  async next(): Promise<void> {
    if (this.blocked || this.#working) return;
    this.#failure = null;
    if (this.#step === 'format') this.#step = 'labels';
    else if (this.#step === 'labels') await this.#check();
    else if (this.#step === 'check') await this.#start();
  }

  back(): void {
    const before = STEPS[STEPS.indexOf(this.#step) - 1];
    if (before === undefined) return;
    this.#failure = null;
    this.#step = before;
  }

  /** Forgets everything; what runs goes on. */
  reset(): void {
    this.#turn += 1;
    this.#step = 'source';
    this.#candidates = [];
    this.#preview = null;
    this.#checked = null;
    this.#corrections = {};
    this.#choices = {};
    this.#votes = [];
    this.#split = DEFAULT_SPLIT;
    this.#job = null;
    this.#report = null;
    this.#failure = null;
  }

  /** Fetches the report once the job has ended well. */
  async finish(): Promise<void> {
    const job = this.job;
    if (job?.status !== 'done' || job.dataset === null || this.#report !== null) return;
    this.#report = await this.#work(client.call('import.report', { dataset: job.dataset }));
  }

  #request(candidate: ImportCandidate): ImportRequest {
    const { path, label, split } = this.#columns;
    return {
      source: candidate.path,
      format: candidate.format,
      ...(Object.keys(this.#choices).length === 0 ? {} : { choices: this.#choices }),
      ...(candidate.format === 'csv' ? { mapping: { path, label, ...(split === '' ? {} : { split }) } } : {}),
      ...(Object.keys(this.#corrections).length === 0 ? {} : { labels: this.#corrections }),
    };
  }

  async #loadPreview(): Promise<void> {
    const turn = ++this.#turn;
    this.#preview = null;
    this.#failure = null;
    const candidate = this.candidate;
    if (candidate === null) return;
    if (candidate.format === 'csv' && (this.#columns.path === '' || this.#columns.label === '')) return;
    const preview = await this.#work(client.call('import.preview', this.#request(candidate)));
    if (turn !== this.#turn) return;
    this.#preview = preview;
    if (preview === null) return;
    this.#votes = preview.votes;
    this.#voteRule = preview.voteRule;
  }

  async #check(): Promise<void> {
    const candidate = this.candidate;
    if (candidate === null) return;
    const corrected = Object.keys(this.#corrections).length > 0;
    const checked = corrected
      ? await this.#work(client.call('import.preview', this.#request(candidate)))
      : this.#preview;
    if (checked === null) return;
    this.#checked = checked;
    if (this.#name === '' || this.nameProblem !== null)
      this.#name = proposeName(
        this.#source,
        session.datasets.map(({ name }) => name),
      );
    this.#step = 'check';
  }

  async #start(): Promise<void> {
    const candidate = this.candidate;
    if (candidate === null) return;
    const split = readSplit(this.#split);
    const started = await this.#work(
      client.call('import.start', {
        ...this.#request(candidate),
        name: this.#name.trim(),
        ...(this.plansSplit && 'plan' in split ? { split: split.plan } : {}),
      }),
    );
    if (started === null) return;
    this.#job = started.job;
    this.#report = null;
    this.#step = 'import';
  }

  /** Waits for a call; a failure stands beside the step it belongs to. */
  async #work<T>(
    call: Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure }>,
  ): Promise<T | null> {
    this.#working = true;
    const result = await busy.track(call);
    this.#working = false;
    this.#failure = result.ok ? null : result.error;
    return result.ok ? result.value : null;
  }
}

export const wizard = new ImportWizard();
