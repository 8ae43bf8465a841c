import type { Emit } from '../../../src-shared/contract/client.ts';
import { AUDIT_REVERTED, type AuditFilter } from '../../../src-shared/domain/audit.ts';
import type { Box } from '../../../src-shared/domain/box.ts';
import { EXPRESSION_FACES, EXPRESSIONS, type Expression } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type {
  DecisionContext,
  ImageSelection,
  LabelBatch,
  LabelChange,
  LabelRole,
} from '../../../src-shared/domain/label.ts';
import type { Gallery } from '../images/gallery.ts';
import type { Workspace } from '../projects/workspace.ts';
import type { Store } from '../store/interface.ts';
import { requireVersion } from '../versions/difference.ts';

/** Images that an event names; beyond them clients ask again. */
const NAMED_IMAGES = 1_000;

/** One act: who, on what, in which role and in which queue. */
export interface Act {
  readonly on: ImageSelection;
  readonly change: LabelChange;
  readonly as?: LabelRole | undefined;
  /** By default whoever runs the workbench. */
  readonly annotator?: string | undefined;
  readonly context?: DecisionContext | undefined;
}

/** Events by id, or by a filter up to the last event that the person could see. */
export type RevertedEvents =
  { readonly events: readonly number[] } | { readonly filter: AuditFilter; readonly through: number };

/** What a person does to images: each act is stored before it is answered, and is one undo step. */
export class Labels {
  readonly #workspace: Workspace;
  readonly #gallery: Gallery;
  readonly #emit: Emit;
  readonly #annotator: string;

  constructor(workspace: Workspace, gallery: Gallery, emit: Emit, annotator: string) {
    this.#workspace = workspace;
    this.#gallery = gallery;
    this.#emit = emit;
    this.#annotator = annotator;
  }

  /** @throws FailureError 'invalid' for a class that a dataset does not have, a box beside the picture or a selection of nothing, 'gone', 'disk-full'. */
  apply({ on, change, as, annotator = this.#annotator, context }: Act): LabelBatch {
    const { store } = this.#workspace.require();
    const images = this.#gallery.idsOf(on);
    if (images.length === 0)
      throw new FailureError({
        kind: 'invalid',
        message: 'No image is selected.',
        remedy: 'Select some images first.',
      });
    for (const label of classesOf(change)) requireClass(store, images, label);
    if (change.kind === 'box' && change.box !== null) requireInside(store, images, change.box);
    return this.#tell(store.labels.apply(images, change, annotator, { as, context }), annotator);
  }

  /** Different changes to different images as one act. @throws as `apply`. */
  applyEach(
    parts: readonly { readonly images: readonly number[]; readonly change: LabelChange }[],
    { as, annotator = this.#annotator, context }: Omit<Act, 'on' | 'change'>,
  ): LabelBatch {
    const { store } = this.#workspace.require();
    for (const { images, change } of parts) for (const label of classesOf(change)) requireClass(store, images, label);
    return this.#tell(store.labels.applyEach(parts, annotator, { as, context }), annotator);
  }

  /** What another project says, as one act. @throws as `apply`. */
  merge(parts: Parameters<Store['labels']['merge']>[0], annotator = this.#annotator): LabelBatch {
    const { store } = this.#workspace.require();
    for (const { images, change } of parts) for (const label of classesOf(change)) requireClass(store, images, label);
    return this.#tell(store.labels.merge(parts, annotator), annotator);
  }

  /** @throws FailureError 'conflict' when there is nothing to undo. */
  undo(annotator = this.#annotator): LabelBatch {
    return this.#tell(this.#workspace.require().store.labels.undo(annotator) ?? nothingTo('undo'), annotator);
  }

  /** @throws FailureError 'conflict' when there is nothing to redo. */
  redo(annotator = this.#annotator): LabelBatch {
    return this.#tell(this.#workspace.require().store.labels.redo(annotator) ?? nothingTo('redo'), annotator);
  }

  /** Brings a dataset's labels back to a version, as one act. @throws FailureError 'not-found', 'conflict' when nothing differs. */
  restore(version: number, annotator = this.#annotator): LabelBatch {
    const { store } = this.#workspace.require();
    const { dataset, name } = requireVersion(store, version);
    return this.#tell(store.labels.restore(dataset, store.versions.point(version), name, annotator), annotator);
  }

  /**
   * Takes back events that were chosen, or those that a filter leaves up to one, as one act that can be undone.
   * @throws FailureError 'conflict' where all of them were changed since, 'invalid' for none or for more than one act takes.
   */
  revert(chosen: RevertedEvents, annotator = this.#annotator): LabelBatch {
    const { store } = this.#workspace.require();
    const events =
      'events' in chosen ? chosen.events : store.audit.ids(chosen.filter, chosen.through, AUDIT_REVERTED + 1);
    if (events.length === 0 || events.length > AUDIT_REVERTED)
      throw new FailureError({
        kind: 'invalid',
        message: events.length === 0 ? 'No event is chosen.' : 'These are too many events for one act.',
        remedy:
          events.length === 0
            ? 'Choose some events first.'
            : `Narrow the filter to ${AUDIT_REVERTED.toLocaleString('en')} of them, or go back to a version.`,
      });
    return this.#tell(store.labels.revert(events, annotator), annotator);
  }

  state(annotator = this.#annotator): { canUndo: boolean; canRedo: boolean } {
    return this.#workspace.require().store.labels.state(annotator);
  }

  #tell(batch: LabelBatch, annotator: string): LabelBatch {
    this.#emit('labels.changed', {
      images: batch.changed > NAMED_IMAGES ? null : batch.images,
      annotator,
      canUndo: batch.canUndo,
      canRedo: batch.canRedo,
    });
    return batch;
  }
}

function nothingTo(what: 'undo' | 'redo'): never {
  throw new FailureError({ kind: 'conflict', message: `Nothing to ${what}.`, remedy: '' });
}

function classesOf(change: LabelChange): Expression[] {
  if (change.kind === 'hard') return [change.label];
  return change.kind === 'soft' ? EXPRESSIONS.filter((expression) => (change.soft[expression] ?? 0) > 0) : [];
}

/** What is cut out has to be there. */
function requireInside(store: Store, images: ArrayLike<number>, box: Box): void {
  const [small] = store.images.tooSmallFor(images, box);
  if (small === undefined) return;
  throw new FailureError({
    kind: 'invalid',
    message: `The box ${box.width} × ${box.height} at ${box.x}, ${box.y} reaches over the edge of a picture of ${small.width} × ${small.height} pixels.`,
    remedy: 'Draw it inside the picture.',
  });
}

/** A label outside a dataset's classes would be one that no model of it can learn. */
function requireClass(store: Store, images: ArrayLike<number>, label: Expression): void {
  for (const id of store.images.datasetsOf(images)) {
    const dataset = store.datasets.get(id);
    if (dataset === null || dataset.classes.includes(label)) continue;
    throw new FailureError({
      kind: 'invalid',
      message: `${EXPRESSION_FACES[label].title} is not a class of this dataset.`,
      remedy: `“${dataset.name}” has the classes ${dataset.classes.map((one) => EXPRESSION_FACES[one].title).join(', ')}.`,
    });
  }
}
