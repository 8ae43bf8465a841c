import type { Params } from '../../src-shared/contract/methods/index.ts';
import type {
  DecisionContext,
  ImageSelection,
  LabelBatch,
  LabelChange,
  LabelRole,
} from '../../src-shared/domain/label.ts';
import type { Result } from '../../src-shared/domain/failure.ts';
import { client } from '../api/client.ts';
import { call } from './call.ts';
import { me } from './me.ts';
import { notices, notify, notifyFailure } from './notices.svelte.ts';
import { saved } from './saved.svelte.ts';
import { session } from './session.svelte.ts';
import { plural } from '../text/format.ts';

export interface LabelAction {
  readonly on: ImageSelection;
  readonly change: LabelChange;
  /** By default the label and one's own opinion. */
  readonly as?: LabelRole;
  /** The queue in which it was decided. */
  readonly context?: DecisionContext;
  /** Notice once it is stored, e.g. "face-012.png labelled Sad". */
  readonly done: string;
  /** The image that has focus before, to come back to on undo. */
  readonly focus: number | null;
  /** Shows the change at once; returns what takes it back if it cannot be stored. */
  readonly optimistic: () => () => void;
}

/** What an undo or a revert left alone. */
function leftText({ left }: LabelBatch): string {
  return left === 0
    ? ''
    : `; ${plural(left, 'event')} changed since stay${left === 1 ? 's' : ''} as ${left === 1 ? 'it is' : 'they are'}`;
}

/** Labelling: one action after the other, stored before anything says so, each one undo step. */
class Labels {
  #canUndo = $state(false);
  #canRedo = $state(false);
  #last = $state<'label' | 'undo' | 'redo' | null>(null);
  /** Focus before each action of this page, so that undo returns to it; older actions go to their first image. */
  #before: (number | null)[] = [];
  #after: (number | null)[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #focusListener: (image: number) => void = () => undefined;

  constructor() {
    client.on('labels.changed', ({ annotator, canUndo, canRedo }) => {
      if (annotator === me()) this.#tell(canUndo, canRedo);
    });
  }

  get canUndo(): boolean {
    return this.#canUndo;
  }
  get canRedo(): boolean {
    return this.#canRedo;
  }
  /** What was done last on this page. */
  get last(): 'label' | 'undo' | 'redo' | null {
    return this.#last;
  }

  /** Who moves the focus when undo or redo asks for it; the view that is shown. */
  onFocus(listener: (image: number) => void): () => void {
    this.#focusListener = listener;
    return () => {
      if (this.#focusListener === listener) this.#focusListener = () => undefined;
    };
  }

  /** Asks what can be undone; an undo that is asked for meanwhile waits for the answer. */
  async refresh(): Promise<void> {
    this.#before = [];
    this.#after = [];
    if (session.project === null) return this.#tell(false, false);
    this.#enqueue(async () => {
      const state = await call('labels.state', { annotator: me() });
      if (state !== null) this.#tell(state.canUndo, state.canRedo);
    });
    await this.#queue;
  }

  apply(action: LabelAction): void {
    const takeBack = action.optimistic();
    this.#enqueue(async () => {
      const result = await client.call('labels.apply', {
        on: action.on,
        change: action.change,
        as: action.as,
        context: action.context,
        annotator: me(),
      });
      if (!result.ok) {
        takeBack();
        notifyFailure(result.error, () => this.apply(action));
        return;
      }
      this.#before.push(action.focus);
      this.#after = [];
      this.#stored(result.value);
      this.#last = 'label';
      if (result.value.changed > 0) {
        const undo = { label: 'Undo', keys: 'Ctrl+Z', run: () => this.undo() };
        notify({ text: action.done, kind: 'done', topic: 'label', action: undo });
      }
    });
  }

  /** Takes events of the log back, as one act. */
  revert(what: Params<'history.revert'>['what'], done: string): void {
    this.#act(
      () => client.call('history.revert', { what, annotator: me() }),
      (batch) => `${done}${leftText(batch)}`,
    );
  }

  /** Applies a proposal that a person has seen, as one act. */
  applyConsensus(request: Omit<Params<'labels.applyConsensus'>, 'annotator'>): void {
    this.#act(
      () => client.call('labels.applyConsensus', { ...request, annotator: me() }),
      ({ changed }) => `Consensus applied to ${plural(changed, 'image')}`,
    );
  }

  /** Brings another project's annotations here, as one act. */
  merge(request: Omit<Params<'merge.apply'>, 'annotator'>): void {
    this.#act(
      () => client.call('merge.apply', { ...request, annotator: me() }),
      ({ changed }) => `Merged: ${plural(changed, 'image')} changed`,
    );
  }

  /** An act on many images at once, told when it is stored. */
  #act(ask: () => Promise<Result<LabelBatch>>, done: (batch: LabelBatch) => string): void {
    this.#enqueue(async () => {
      const result = await ask();
      if (!result.ok) return notifyFailure(result.error);
      this.#before.push(null);
      this.#after = [];
      this.#stored(result.value);
      this.#last = 'label';
      const undo = { label: 'Undo', keys: 'Ctrl+Z', run: () => this.undo() };
      notify({ text: done(result.value), kind: 'done', topic: 'label', action: undo });
    });
  }

  undo(): void {
    this.#enqueue(() => this.#step('labels.undo', 'Undone', this.#before, this.#after));
  }

  redo(): void {
    this.#enqueue(() => this.#step('labels.redo', 'Done again', this.#after, this.#before));
  }

  async #step(
    method: 'labels.undo' | 'labels.redo',
    word: string,
    from: (number | null)[],
    to: (number | null)[],
  ): Promise<void> {
    const open = method === 'labels.undo' ? this.#canUndo : this.#canRedo;
    if (!open) {
      notices.announce(method === 'labels.undo' ? 'Nothing to undo.' : 'Nothing to redo.');
      return;
    }
    const batch = await call(method, { annotator: me() });
    if (batch === null) return;
    const focus = from.pop() ?? batch.images[0] ?? null;
    to.push(focus);
    this.#stored(batch);
    this.#last = method === 'labels.undo' ? 'undo' : 'redo';
    notify({ text: `${word}: ${batch.description}${leftText(batch)}`, kind: 'done', topic: 'label' });
    if (focus !== null) this.#focusListener(focus);
  }

  #stored(batch: LabelBatch): void {
    saved.now();
    this.#tell(batch.canUndo, batch.canRedo);
  }

  #tell(canUndo: boolean, canRedo: boolean): void {
    this.#canUndo = canUndo;
    this.#canRedo = canRedo;
  }

  /** Actions are stored in the order of the keys, whatever the network does. */
  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(work, work);
  }
}

export const labels = new Labels();
