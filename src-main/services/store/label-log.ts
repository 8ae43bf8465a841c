import { EXPRESSION_FACES, type Expression } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import {
  Opinion,
  type DecisionContext,
  type LabelBatch,
  type LabelChange,
  type LabelRole,
} from '../../../src-shared/domain/label.ts';
import { topOf } from '../../../src-shared/metrics/vote-rules.ts';
import { asOf } from './as-of.ts';
import type { Database, Statement } from './database.ts';
import type { HowApplied, LabelLog } from './interface.ts';
import { idList, jsonOrNull, parseColumn } from './json.ts';
import { opinionInWords, OpinionState } from './opinions.ts';
import { UndoStack, type Act } from './undo-stack.ts';

/** Ids in a batch's answer; beyond them clients ask again. */
const NAMED_IMAGES = 1_000;

/** What a change sets, by column of the log. */
interface Setting {
  /** Whether the label that stands changes, and into what. */
  readonly sets: boolean;
  readonly label: string | null;
  readonly soft: string | null;
  /** Whether the annotator's opinion changes, and into what. */
  readonly votes: boolean;
  readonly opinion: string | null;
  /** Status, flag, note or box, for those kinds. */
  readonly value: string | null;
}

const UNTOUCHED: Setting = { sets: false, label: null, soft: null, votes: false, opinion: null, value: null };

function settingOf(change: LabelChange, as: LabelRole): Setting {
  const judging = { ...UNTOUCHED, sets: as !== 'opinion', votes: as !== 'decision' };
  switch (change.kind) {
    case 'hard': {
      const { label } = change;
      return { ...judging, label, opinion: JSON.stringify({ kind: 'hard', label } satisfies Opinion) };
    }
    case 'soft': {
      const { soft } = change;
      const label = topOf(soft);
      if (label === null) throw new RangeError('A soft label has at least one class.');
      const opinion = JSON.stringify({ kind: 'soft', label, soft } satisfies Opinion);
      return { ...judging, label, soft: JSON.stringify(soft), opinion };
    }
    case 'unsure':
    case 'skip':
      return { ...UNTOUCHED, votes: true, opinion: JSON.stringify({ kind: change.kind } satisfies Opinion) };
    case 'clear':
      return judging;
    case 'exclude':
      return { ...UNTOUCHED, value: change.excluded ? 'excluded' : 'ok' };
    case 'flag':
      return { ...UNTOUCHED, value: change.flagged ? '1' : '0' };
    case 'note':
      return { ...UNTOUCHED, value: change.note };
    case 'box':
      return { ...UNTOUCHED, value: change.box === null ? null : JSON.stringify(change.box) };
  }
}

interface FirstLine {
  /** Name of the version that the act went back to; null for all others. */
  backTo: string | null;
  kind: LabelChange['kind'];
  label: Expression | null;
  opinion: string | null;
  value: string | null;
  lines: number;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** An act in words, from its lines: "Sad on 10 images". */
function inWords({ backTo, kind, label, opinion, value, lines }: FirstLine): string {
  const on = `on ${lines.toLocaleString('en')} image${lines === 1 ? '' : 's'}`;
  if (backTo !== null) return `Back to “${backTo}” ${on}`;
  switch (kind) {
    case 'hard':
    case 'soft':
    case 'unsure':
    case 'skip':
    case 'clear': {
      if (opinion !== null) return `${capital(opinionInWords(parseColumn(Opinion, opinion)))} ${on}`;
      return `${label === null ? 'No label' : EXPRESSION_FACES[label].title} ${on}`;
    }
    case 'exclude':
      return `${value === 'excluded' ? 'Exclude' : 'Include'} ${on}`;
    case 'flag':
      return `${value === '1' ? 'Flag' : 'Unflag'} ${on}`;
    case 'note':
      return `Note ${on}`;
    case 'box':
      return `${value === null ? 'Whole picture' : 'Box'} ${on}`;
  }
}

/** The column of the current state that a kind of line is about; a decision on the label or exclusion makes an image reviewed. */
const CURRENT_VALUE = `CASE :kind WHEN 'exclude' THEN s.status WHEN 'flag' THEN CAST(s.flagged AS TEXT)
  WHEN 'note' THEN s.note WHEN 'box' THEN s.box END`;

const COLUMNS = `batch, dataset, image, kind, label_before, label_after, soft_before, soft_after, value_before, value_after,
  voter, opinion_before, opinion_after, reviewed_before, reviewed_after`;

const APPEND = `
  INSERT INTO annotations (${COLUMNS})
  SELECT :batch, i.dataset, i.id, :kind, s.label, iif(:sets, :label, s.label), s.soft, iif(:sets, :soft, s.soft),
    ${CURRENT_VALUE}, :value, iif(:votes, :voter, NULL), iif(:votes, o.opinion, NULL), iif(:votes, :opinion, NULL),
    s.reviewed, CASE WHEN :kind IN ('hard', 'soft', 'unsure', 'clear', 'exclude') THEN 1 ELSE s.reviewed END
  FROM (SELECT DISTINCT value FROM json_each(:images)) AS wanted
  CROSS JOIN images AS i ON i.id = wanted.value
  JOIN states AS s ON s.dataset = i.dataset AND s.image = i.id
  LEFT JOIN opinions AS o ON o.dataset = i.dataset AND o.image = i.id AND o.annotator = :voter
  WHERE :kind <> 'exclude' OR s.status <> 'broken'`;

const REVERSE = `
  INSERT INTO annotations (${COLUMNS})
  SELECT :batch, dataset, image, kind, label_after, label_before, soft_after, soft_before, value_after, value_before,
    voter, opinion_after, opinion_before, reviewed_after, reviewed_before
  FROM annotations WHERE batch = :target AND kind = :kind`;

const REPEAT = `
  INSERT INTO annotations (${COLUMNS})
  SELECT :batch, dataset, image, kind, label_before, label_after, soft_before, soft_after, value_before, value_after,
    voter, opinion_before, opinion_after, reviewed_before, reviewed_after
  FROM annotations WHERE batch = :target AND kind = :kind`;

/** Parts of the state that an act can bring back, each by lines of its own; the first tells about label and soft target. */
const PARTS = ['label', 'exclude', 'flag', 'note', 'box'] as const;

/** Lines for what differs in one part from the state at :point, of images that somebody touched since. */
const BRING_BACK = `
  INSERT INTO annotations (${COLUMNS})
  SELECT :batch, s.dataset, s.image,
    CASE WHEN :part <> 'label' THEN :part WHEN was.label IS NULL THEN 'clear' WHEN was.soft IS NULL THEN 'hard' ELSE 'soft' END,
    s.label, iif(:part = 'label', was.label, s.label), s.soft, iif(:part = 'label', was.soft, s.soft),
    CASE :part WHEN 'exclude' THEN s.status WHEN 'flag' THEN CAST(s.flagged AS TEXT) WHEN 'note' THEN s.note
      WHEN 'box' THEN s.box END,
    CASE :part WHEN 'exclude' THEN was.status WHEN 'flag' THEN CAST(was.flagged AS TEXT) WHEN 'note' THEN was.note
      WHEN 'box' THEN was.box END,
    NULL, NULL, NULL, s.reviewed, iif(:part = 'label', was.reviewed, s.reviewed)
  FROM (SELECT DISTINCT image FROM annotations WHERE dataset = :dataset AND id > :point AND batch <> :batch) AS touched
  JOIN (SELECT ${asOf(':point').columns} FROM images AS i ${asOf(':point').joins}) AS was ON was.id = touched.image
  JOIN states AS s ON s.dataset = :dataset AND s.image = touched.image
  WHERE CASE :part WHEN 'label' THEN (was.label, was.soft) IS NOT (s.label, s.soft) WHEN 'exclude' THEN was.status <> s.status
    WHEN 'flag' THEN was.flagged <> s.flagged WHEN 'note' THEN was.note <> s.note WHEN 'box' THEN was.box IS NOT s.box END`;

const MATERIALISE = `
  UPDATE states SET
    label = a.label_after,
    soft = a.soft_after,
    reviewed = a.reviewed_after,
    status = CASE a.kind WHEN 'exclude' THEN a.value_after ELSE states.status END,
    flagged = CASE a.kind WHEN 'flag' THEN CAST(a.value_after AS INTEGER) ELSE states.flagged END,
    note = CASE a.kind WHEN 'note' THEN a.value_after ELSE states.note END,
    box = CASE a.kind WHEN 'box' THEN a.value_after ELSE states.box END
  FROM annotations AS a
  WHERE a.batch = :batch AND a.id > :after AND states.dataset = a.dataset AND states.image = a.image`;

/** Parameters of REVERSE and REPEAT. */
interface Replayed {
  batch: number;
  target: number;
  kind: LabelChange['kind'];
}

/** Parameters of APPEND. */
interface Appended extends Omit<Setting, 'sets' | 'votes'> {
  readonly batch: number;
  readonly kind: LabelChange['kind'];
  readonly sets: number;
  readonly votes: number;
  readonly voter: number;
  readonly images: string;
}

/** The log of what people said, with the current state and every run's loss kept in step in the same transaction. */
export class Log implements LabelLog {
  readonly #database: Database;
  readonly #relabel: (batch: number) => void;
  readonly #append: Statement<[Appended]>;
  readonly #reverse: Statement<[Replayed]>;
  readonly #repeat: Statement<[Replayed]>;
  readonly #bringBack: Statement<[{ batch: number; dataset: number; point: number; part: (typeof PARTS)[number] }]>;
  readonly #kindsOf: Statement<[number], LabelChange['kind']>;
  readonly #lastLine: Statement<[], number>;
  readonly #materialise: Statement<[{ batch: number; after: number }]>;
  readonly #opinions: OpinionState;
  readonly #insertBatch: Statement<
    [
      action: Act['action'],
      target: number | null,
      annotator: number,
      at: string,
      context: string | null,
      backTo: string | null,
    ]
  >;
  readonly #firstLine: Statement<[{ batch: number }], FirstLine>;
  readonly #imagesOf: Statement<[number], number>;
  #stack: UndoStack | null = null;

  /** `relabel` recomputes what predictions say of the images whose label a batch changed. */
  constructor(database: Database, relabel: (batch: number) => void) {
    this.#database = database;
    this.#relabel = relabel;
    this.#append = database.prepare(APPEND);
    this.#reverse = database.prepare(REVERSE);
    this.#repeat = database.prepare(REPEAT);
    this.#bringBack = database.prepare(BRING_BACK);
    this.#kindsOf = database
      .prepare<[number], LabelChange['kind']>(
        'SELECT kind FROM annotations WHERE batch = ? GROUP BY kind ORDER BY min(id)',
      )
      .pluck();
    this.#lastLine = database.prepare<[], number>('SELECT coalesce(max(id), 0) FROM annotations').pluck();
    this.#materialise = database.prepare(MATERIALISE);
    this.#opinions = new OpinionState(database);
    this.#insertBatch = database.prepare(
      'INSERT INTO batches (action, target, annotator, at, context, back_to) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#firstLine = database.prepare(`
      SELECT kind, label_after AS label, opinion_after AS opinion, value_after AS value,
        (SELECT back_to FROM batches WHERE id = :batch) AS backTo,
        (SELECT count(DISTINCT image) FROM annotations WHERE batch = :batch) AS lines
      FROM annotations WHERE batch = :batch ORDER BY id LIMIT 1`);
    this.#imagesOf = database
      .prepare<[number], number>(`SELECT image FROM annotations WHERE batch = ? ORDER BY id LIMIT ${NAMED_IMAGES}`)
      .pluck();
  }

  apply(
    images: ArrayLike<number>,
    change: LabelChange,
    annotator: string,
    { as = 'label', context }: HowApplied = {},
  ): LabelBatch {
    const { sets, votes, ...setting } = settingOf(change, as);
    return this.#act({ action: 'apply', target: null }, annotator, { context }, (batch, voter) => {
      const { changes } = this.#append.run({
        ...setting,
        batch,
        kind: change.kind,
        sets: Number(sets),
        votes: Number(votes),
        voter,
        images: idList(images),
      });
      this.#materialise.run({ batch, after: 0 });
      if (changes > 0) return;
      const broken = 'Broken images cannot be excluded: they are left out already.';
      throw new FailureError({
        kind: 'invalid',
        message: change.kind === 'exclude' ? broken : 'There is no such image.',
        remedy: 'Select other images.',
      });
    });
  }

  undo(annotator: string): LabelBatch | null {
    const target = this.#undoStack().undo;
    if (target === null) return null;
    // What was brought back part by part is taken back in the opposite order.
    return this.#act({ action: 'undo', target }, annotator, {}, (batch) =>
      this.#replay(this.#reverse, batch, target, this.#kindsOf.all(target).reverse()),
    );
  }

  redo(annotator: string): LabelBatch | null {
    const target = this.#undoStack().redo;
    if (target === null) return null;
    return this.#act({ action: 'redo', target }, annotator, {}, (batch) =>
      this.#replay(this.#repeat, batch, target, this.#kindsOf.all(target)),
    );
  }

  state(): { canUndo: boolean; canRedo: boolean } {
    const stack = this.#undoStack();
    return { canUndo: stack.undo !== null, canRedo: stack.redo !== null };
  }

  /** To be called when lines have left the log with their dataset. */
  forget(): void {
    this.#stack = null;
  }

  restore(dataset: number, point: number, name: string, annotator: string): LabelBatch {
    return this.#act({ action: 'apply', target: null }, annotator, { backTo: name }, (batch) => {
      let lines = 0;
      for (const part of PARTS) {
        const after = this.#lastLine.get() ?? 0;
        lines += this.#bringBack.run({ batch, dataset, point, part }).changes;
        this.#materialise.run({ batch, after });
      }
      if (lines > 0) return;
      throw new FailureError({
        kind: 'conflict',
        message: `The labels are as they were in “${name}”.`,
        remedy: 'There is nothing to go back to.',
      });
    });
  }

  /** Writes the lines of an act again, or against it, a kind at a time: an act that went back has several kinds an image. */
  #replay(
    statement: Statement<[Replayed]>,
    batch: number,
    target: number,
    kinds: readonly LabelChange['kind'][],
  ): void {
    for (const kind of kinds) {
      const after = this.#lastLine.get() ?? 0;
      statement.run({ batch, target, kind });
      this.#materialise.run({ batch, after });
    }
  }

  /** Appends one batch whose lines `append` writes and makes the current state, and brings what follows from it after. */
  #act(
    act: Omit<Act, 'id'>,
    annotator: string,
    { context, backTo = null }: { readonly context?: DecisionContext | undefined; readonly backTo?: string | null },
    append: (batch: number, annotator: number) => void,
  ): LabelBatch {
    const stack = this.#undoStack();
    const batch = this.#database.write(() => {
      const who = this.#annotator(annotator);
      const now = new Date().toISOString();
      const { lastInsertRowid } = this.#insertBatch.run(act.action, act.target, who, now, jsonOrNull(context), backTo);
      const id = Number(lastInsertRowid);
      append(id, who);
      this.#opinions.follow(id);
      this.#relabel(id);
      return id;
    });
    stack.add({ ...act, id: batch });
    return this.#database.read(() => {
      // An undo is told in the words of what it takes back.
      const told = this.#firstLine.get({ batch: act.target ?? batch });
      if (told === undefined) throw new Error(`Batch ${batch} has no lines.`);
      return {
        batch,
        changed: told.lines,
        images: [...new Set(this.#imagesOf.all(batch))],
        description: inWords(told),
        ...this.state(),
      };
    });
  }

  #annotator(name: string): number {
    this.#database.prepare<[string]>('INSERT OR IGNORE INTO annotators (name) VALUES (?)').run(name);
    const id = this.#database.prepare<[string], number>('SELECT id FROM annotators WHERE name = ?').pluck().get(name);
    if (id === undefined) throw new Error(`Annotator ${name} was not stored.`);
    return id;
  }

  #undoStack(): UndoStack {
    this.#stack ??= this.#database.read(
      () =>
        new UndoStack(
          this.#database
            .prepare<[], Act>('SELECT id, action, target FROM batches WHERE restored_for IS NULL ORDER BY id')
            .iterate(),
        ),
    );
    return this.#stack;
  }
}
