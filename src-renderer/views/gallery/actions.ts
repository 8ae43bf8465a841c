import type { Box } from '../../../src-shared/domain/box.ts';
import { EXPRESSION_FACES, type Expression } from '../../../src-shared/domain/expression.ts';
import type { ImageRow } from '../../../src-shared/domain/image.ts';
import type { LabelChange } from '../../../src-shared/domain/label.ts';
import { confirm } from '../../state/confirm.svelte.ts';
import { labels } from '../../state/labels.svelte.ts';
import { notices } from '../../state/notices.svelte.ts';
import { session } from '../../state/session.svelte.ts';
import { baseName, plural } from '../../text/format.ts';
import { gallery, relabelled } from './gallery.svelte.ts';

/** More images than this are changed only after a question. */
const ASK_ABOVE = 50;

interface Change {
  readonly change: LabelChange;
  readonly patch: (row: ImageRow) => ImageRow;
  /** After the image's name: "labelled Sad". */
  readonly verb: string;
  /** Goes on to the next image when only the focused one changes. */
  readonly advance: boolean;
}

async function act({ change, patch, verb, advance }: Change): Promise<void> {
  const target = gallery.target();
  const rows = gallery.rows;
  if (target === null || rows === null) return;
  if (target.count > ASK_ABOVE) {
    const title = `${plural(target.count, 'image')}: ${verb}?`;
    const text = 'This changes all selected images. It is one step for Undo.';
    if (!(await confirm({ title, text, action: 'Change them' }))) return;
  }
  const name = target.count === 1 ? baseName(gallery.focusRow?.path ?? 'Image') : plural(target.count, 'image');
  const single = gallery.selected === 0;
  const focus = gallery.focusImage;
  labels.apply({
    on: target.on,
    change,
    done: `${name} ${verb}`,
    focus,
    optimistic: () => {
      const takeBack = rows.patch(target.images, patch);
      return () => {
        takeBack();
        if (focus !== null) void gallery.focusOn(focus);
      };
    },
  });
  if (single && advance) gallery.step(1);
}

/** Labels the selection or the focused image. A class that the dataset does not have is refused aloud. */
export function label(expression: Expression): void {
  if (!session.classes.includes(expression)) {
    notices.announce(`${EXPRESSION_FACES[expression].title} is inactive in 7-class data.`);
    return;
  }
  void act({
    change: { kind: 'hard', label: expression },
    patch: (row) => relabelled(row, expression),
    verb: `labelled ${EXPRESSION_FACES[expression].title}`,
    advance: true,
  });
}

export function clearLabel(): void {
  void act({ change: { kind: 'clear' }, patch: (row) => relabelled(row, null), verb: 'cleared', advance: false });
}

/** Excludes from training and evaluation, or takes back in when the focused image is out already. */
export function toggleExcluded(): void {
  const excluded = gallery.focusRow?.status !== 'excluded';
  void act({
    change: { kind: 'exclude', excluded },
    patch: (row) => (row.status === 'broken' ? row : { ...row, status: excluded ? 'excluded' : 'ok' }),
    verb: excluded ? 'excluded' : 'included again',
    advance: false,
  });
}

export function toggleFlag(): void {
  const flagged = gallery.focusRow?.flagged !== true;
  void act({
    change: { kind: 'flag', flagged },
    patch: (row) => ({ ...row, flagged }),
    verb: flagged ? 'flagged' : 'no longer flagged',
    advance: false,
  });
}

/** Stores a note on one image. */
export function writeNote(row: ImageRow, note: string): void {
  labels.apply({
    on: { images: [row.id] },
    change: { kind: 'note', note },
    done: `Note on ${baseName(row.path)} saved`,
    focus: row.id,
    optimistic: () => gallery.rows?.patch([row.id], (one) => ({ ...one, noted: note !== '' })) ?? (() => undefined),
  });
}

/** Marks where the face is in one picture; null: the whole of it. */
export function markFace(row: ImageRow, box: Box | null): void {
  labels.apply({
    on: { images: [row.id] },
    change: { kind: 'box', box },
    done: `Face in ${baseName(row.path)} marked`,
    focus: row.id,
    optimistic: () =>
      gallery.rows?.patch([row.id], (one) => ({
        ...one,
        box,
        stale: one.prediction !== null,
        loss: null,
        correct: null,
      })) ?? (() => undefined),
  });
}
