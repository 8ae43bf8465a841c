import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { DecisionContext, LabelBatch, LabelChange, LabelRole } from '../../../src-shared/domain/label.ts';
import { actInWords, type FirstLine } from './act-words.ts';
import type { Database, Statement } from './database.ts';
import type { HowApplied, LabelLog } from './interface.ts';
import { idList, jsonOrNull } from './json.ts';
import { settingOf, type Setting } from './label-setting.ts';
import { APPEND, BRING_BACK, choose, CHOOSE_ACT, CHOSEN, MATERIALISE, PARTS, replay } from './label-sql.ts';
import { OpinionState } from './opinions.ts';
import { UndoStack, type Act } from './undo-stack.ts';

/** Ids in a batch's answer; beyond them clients ask again. */
const NAMED_IMAGES = 1_000;

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
  readonly #back: Statement<[{ batch: number; turn: number }]>;
  readonly #forth: Statement<[{ batch: number; turn: number }]>;
  readonly #chooseAct: Statement<[{ batch: number }]>;
  readonly #chooseActBack: Statement<[{ batch: number }]>;
  readonly #chooseActForth: Statement<[{ batch: number }]>;
  readonly #chooseLines: Statement<[{ lines: string }]>;
  readonly #turns: Statement<[], { lines: number; turns: number }>;
  readonly #isSimple: Statement<[number], number>;
  readonly #bringBack: Statement<[{ batch: number; dataset: number; point: number; part: (typeof PARTS)[number] }]>;
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
  readonly #countImages: Statement<[number], number>;
  #stack: UndoStack | null = null;

  /** `relabel` recomputes what predictions say of the images whose label a batch changed. */
  constructor(database: Database, relabel: (batch: number) => void) {
    this.#database = database;
    this.#relabel = relabel;
    this.#append = database.prepare(APPEND);
    database.sql.exec(CHOSEN);
    this.#back = database.prepare(replay('after', 'before'));
    this.#forth = database.prepare(replay('before', 'after'));
    this.#chooseAct = database.prepare(CHOOSE_ACT);
    this.#chooseActBack = database.prepare(choose('batch = :batch', 'DESC'));
    this.#chooseActForth = database.prepare(choose('batch = :batch', 'ASC'));
    this.#chooseLines = database.prepare(choose('id IN (SELECT value FROM json_each(:lines))', 'DESC'));
    this.#turns = database.prepare('SELECT count(*) AS lines, coalesce(max(turn), 0) AS turns FROM temp.chosen');
    // An act that went back to a version, reverted events or merged a project can have several lines an image.
    this.#isSimple = database
      .prepare<[number], number>(
        `SELECT b.back_to IS NULL AND NOT EXISTS
           (SELECT 1 FROM annotations AS a WHERE a.batch = b.id AND a.reverts IS NOT NULL)
           AND coalesce(b.context ->> 'queue', '') <> 'merge'
         FROM batches AS b WHERE b.id = ?`,
      )
      .pluck();
    this.#bringBack = database.prepare(BRING_BACK);
    this.#lastLine = database.prepare<[], number>('SELECT coalesce(max(id), 0) FROM annotations').pluck();
    this.#materialise = database.prepare(MATERIALISE);
    this.#opinions = new OpinionState(database);
    this.#insertBatch = database.prepare(
      'INSERT INTO batches (action, target, annotator, at, context, back_to) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#firstLine = database.prepare(`
      SELECT kind, label_after AS label, opinion_after AS opinion, value_after AS value,
        (SELECT back_to FROM batches WHERE id = :batch) AS backTo,
        (SELECT count(DISTINCT image) FROM annotations WHERE batch = :batch) AS lines,
        (SELECT count(DISTINCT kind || coalesce(label_after, '') || coalesce(soft_after, '')) FROM annotations
          WHERE batch = :batch) AS ways,
        EXISTS (SELECT 1 FROM annotations WHERE batch = :batch AND reverts IS NOT NULL) AS reverts
      FROM annotations WHERE batch = :batch ORDER BY id LIMIT 1`);
    this.#countImages = database
      .prepare<[number], number>('SELECT count(DISTINCT image) FROM annotations WHERE batch = ?')
      .pluck();
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
    return this.applyEach([{ images, change }], annotator, { as, context });
  }

  applyEach(
    parts: readonly { readonly images: ArrayLike<number>; readonly change: LabelChange }[],
    annotator: string,
    { as = 'label', context }: HowApplied = {},
  ): LabelBatch {
    return this.#act({ action: 'apply', target: null }, annotator, { context }, (batch, voter) => {
      let lines = 0;
      for (const { images, change } of parts) {
        const { sets, votes, ...setting } = settingOf(change, as);
        lines += this.#append.run({
          ...setting,
          batch,
          kind: change.kind,
          sets: Number(sets),
          votes: Number(votes),
          voter,
          images: idList(images),
        }).changes;
      }
      this.#follow(batch, 0);
      if (lines > 0) return undefined;
      const change = parts[0]?.change;
      const broken = 'Broken images cannot be excluded: they are left out already.';
      throw new FailureError({
        kind: 'invalid',
        message: change?.kind === 'exclude' ? broken : 'There is no such image.',
        remedy: 'Select other images.',
      });
    });
  }

  merge(
    parts: readonly {
      readonly images: readonly number[];
      readonly change: LabelChange;
      readonly as: LabelRole;
      readonly voter: string | null;
    }[],
    annotator: string,
  ): LabelBatch {
    const context = { queue: 'merge', run: null, score: null };
    return this.#act({ action: 'apply', target: null }, annotator, { context }, (batch, who) => {
      for (const { images, change, as, voter } of parts) {
        const { sets, votes, ...setting } = settingOf(change, as);
        const after = this.#lastLine.get() ?? 0;
        const flags = {
          sets: Number(sets),
          votes: Number(votes),
          voter: voter === null ? who : this.#annotator(voter),
        };
        this.#append.run({ ...setting, ...flags, batch, kind: change.kind, images: idList(images) });
        this.#follow(batch, after);
      }
      return undefined;
    });
  }

  undo(annotator: string): LabelBatch | null {
    const who = this.#known(annotator);
    const target = who === undefined ? null : this.#undoStack().undo(who);
    if (target === null) return null;
    return this.#act({ action: 'undo', target }, annotator, {}, (batch) => {
      this.#chooseLinesOf(target, this.#chooseActBack);
      return this.#replay(this.#back, batch);
    });
  }

  redo(annotator: string): LabelBatch | null {
    const who = this.#known(annotator);
    const target = who === undefined ? null : this.#undoStack().redo(who);
    if (target === null) return null;
    return this.#act({ action: 'redo', target }, annotator, {}, (batch) => {
      this.#chooseLinesOf(target, this.#chooseActForth);
      return this.#replay(this.#forth, batch);
    });
  }

  revert(lines: readonly number[], annotator: string): LabelBatch {
    return this.#act({ action: 'apply', target: null }, annotator, {}, (batch) => {
      this.#chooseLines.run({ lines: JSON.stringify(lines) });
      const { done, left } = this.#replay(this.#back, batch);
      if (done > 0) return { done, left };
      throw new FailureError({
        kind: 'conflict',
        message: left === 1 ? 'This was changed again since.' : 'All of these were changed again since.',
        remedy: 'Revert what came after as well, or set the label itself.',
      });
    });
  }

  state(annotator: string): { canUndo: boolean; canRedo: boolean } {
    const [stack, who] = [this.#undoStack(), this.#known(annotator)];
    if (who === undefined) return { canUndo: false, canRedo: false };
    return { canUndo: stack.undo(who) !== null, canRedo: stack.redo(who) !== null };
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
        this.#follow(batch, after);
      }
      if (lines > 0) return undefined;
      throw new FailureError({
        kind: 'conflict',
        message: `The labels are as they were in “${name}”.`,
        remedy: 'There is nothing to go back to.',
      });
    });
  }

  #chooseLinesOf(act: number, ranked: Statement<[{ batch: number }]>): void {
    (this.#isSimple.get(act) === 1 ? this.#chooseAct : ranked).run({ batch: act });
  }

  /** Writes the chosen lines again, or against them, a turn at a time. `left`: lines of images that were changed since. */
  #replay(statement: Statement<[{ batch: number; turn: number }]>, batch: number): { done: number; left: number } {
    const { lines, turns } = this.#turns.get() ?? { lines: 0, turns: 0 };
    let done = 0;
    for (let turn = 1; turn <= turns; turn++) {
      const after = this.#lastLine.get() ?? 0;
      done += statement.run({ batch, turn }).changes;
      this.#follow(batch, after);
    }
    this.#database.sql.exec('DELETE FROM temp.chosen');
    return { done, left: lines - done };
  }

  /** Makes the current state follow the lines of a batch after one. */
  #follow(batch: number, after: number): void {
    this.#materialise.run({ batch, after });
    this.#opinions.follow(batch, after);
  }

  /** Appends one batch whose lines `append` writes and makes the current state, and brings what follows from it after. */
  #act(
    act: Omit<Act, 'id' | 'annotator'>,
    annotator: string,
    { context, backTo = null }: { readonly context?: DecisionContext | undefined; readonly backTo?: string | null },
    append: (batch: number, annotator: number) => { left: number } | undefined,
  ): LabelBatch {
    const stack = this.#undoStack();
    const { batch, who, left } = this.#database.write(() => {
      const who = this.#annotator(annotator);
      const now = new Date().toISOString();
      const { lastInsertRowid } = this.#insertBatch.run(act.action, act.target, who, now, jsonOrNull(context), backTo);
      const id = Number(lastInsertRowid);
      const left = append(id, who)?.left ?? 0;
      this.#relabel(id);
      return { batch: id, who, left };
    });
    stack.add({ ...act, id: batch, annotator: who });
    return this.#database.read(() => {
      // An undo is told in the words of what it takes back.
      const told = this.#firstLine.get({ batch: act.target ?? batch });
      if (told === undefined) throw new Error(`Batch ${batch} has no lines.`);
      return {
        batch,
        changed: this.#countImages.get(batch) ?? 0,
        left,
        images: [...new Set(this.#imagesOf.all(batch))],
        description: actInWords(told),
        ...this.state(annotator),
      };
    });
  }

  #known(name: string): number | undefined {
    return this.#database.read(() =>
      this.#database.prepare<[string], number>('SELECT id FROM annotators WHERE name = ?').pluck().get(name),
    );
  }

  #annotator(name: string): number {
    this.#database.prepare<[string]>('INSERT OR IGNORE INTO annotators (name) VALUES (?)').run(name);
    const id = this.#known(name);
    if (id === undefined) throw new Error(`Annotator ${name} was not stored.`);
    return id;
  }

  #undoStack(): UndoStack {
    this.#stack ??= this.#database.read(
      () =>
        new UndoStack(
          this.#database
            .prepare<[], Act>(
              'SELECT id, action, target, annotator FROM batches WHERE restored_for IS NULL ORDER BY id',
            )
            .iterate(),
        ),
    );
    return this.#stack;
  }
}
