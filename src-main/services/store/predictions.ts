import { Box } from '../../../src-shared/domain/box.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import {
  argmax,
  crossEntropy,
  entropy,
  flipProbability,
  margin,
  sigma,
  softmax,
} from '../../../src-shared/metrics/vich.ts';
import type { Database, Statement } from './database.ts';
import type { NewPrediction, StoredPrediction } from './interface.ts';
import { Classes, idList, jsonOrNull, parseColumn, parseOptional } from './json.ts';
import { toBlob, toFloats } from './packed.ts';

/** What follows from an output and the current label. */
interface Derived {
  predicted: Expression;
  loss: number | null;
  sigma: number | null;
  margin: number;
  entropy: number;
  confidence: number;
  flip: number | null;
}

interface PredictionColumns extends Derived {
  stale: number;
  run: number;
  dataset: number;
  image: number;
  label: Expression | null;
}

/** An output is of other pixels than those that are looked at now. The one rule; migration 15 has it for older projects. */
const STALE = '(o.box IS NOT s.box OR o.file_changed = 1)';

/** What follows from the current label and box. A stale prediction can be held against no label: no figure counts it. */
const SETTLE = `UPDATE predictions SET stale = ${STALE},
    loss = iif(${STALE}, NULL, label_loss(o.mu, :classes, s.label)),
    correct = iif(${STALE}, NULL, predictions.predicted = s.label)`;

const RELABEL = `${SETTLE}
  FROM annotations AS a CROSS JOIN outputs AS o ON o.run = :run AND o.dataset = a.dataset AND o.image = a.image
  JOIN states AS s ON s.dataset = a.dataset AND s.image = a.image
  WHERE a.batch = :batch AND (a.label_before IS NOT a.label_after OR a.kind = 'box')
    AND predictions.run = :run AND predictions.dataset = a.dataset AND predictions.image = a.image`;

/** The same for one image, whose file is another one now. */
const REFILE = `${SETTLE}
  FROM outputs AS o JOIN states AS s ON s.dataset = o.dataset AND s.image = o.image
  WHERE o.run = :run AND o.dataset = :dataset AND o.image = :image
    AND predictions.run = :run AND predictions.dataset = :dataset AND predictions.image = :image`;

/** Outputs of runs and the numbers that follow from them. */
export class Predictions {
  readonly #current: Statement<[number], { dataset: number; label: Expression | null; box: string | null }>;
  readonly #insertOutput: Statement<[number, number, number, Uint8Array, Uint8Array | null, string | null]>;
  readonly #insert: Statement<[PredictionColumns]>;
  readonly #count: Statement<[added: number, run: number]>;
  readonly #exists: Statement<[number, number, number]>;
  readonly #list: Statement<[{ run: number; dataset: number; split: string | null }], Stored>;
  readonly #listOf: Statement<[{ run: number; ids: string }], Stored>;
  readonly #runs: Statement<[], { run: number; classes: string }>;
  readonly #relabel: Statement<[{ run: number; classes: string; batch: number }]>;
  readonly #fileChanged: Statement<[run: number, dataset: number, image: number]>;
  readonly #refile: Statement<[{ run: number; classes: string; dataset: number; image: number }]>;
  readonly #stale: Statement<[{ run: number; dataset: number; split: string | null }], number>;

  constructor(database: Database) {
    this.#current = database.prepare(`
      SELECT s.dataset, s.label, s.box FROM images AS i JOIN states AS s ON s.dataset = i.dataset AND s.image = i.id
      WHERE i.id = ?`);
    this.#insertOutput = database.prepare(
      'INSERT OR REPLACE INTO outputs (run, dataset, image, mu, logvar, box) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#insert = database.prepare(`
      INSERT OR REPLACE INTO predictions (run, dataset, image, predicted, loss, sigma, margin, entropy, confidence,
        flip, correct, stale)
      VALUES (:run, :dataset, :image, :predicted, iif(:stale, NULL, :loss), :sigma, :margin, :entropy, :confidence, :flip,
        iif(:stale, NULL, :predicted = :label), :stale)`);
    this.#count = database.prepare('UPDATE runs SET predictions = predictions + ? WHERE id = ?');
    this.#exists = database.prepare('SELECT 1 FROM outputs WHERE run = ? AND dataset = ? AND image = ?');
    this.#list = database.prepare(`
      SELECT o.image, o.mu, o.logvar, i.path, s.split, s.label, s.status, s.box
      FROM outputs AS o
      JOIN states AS s ON s.dataset = o.dataset AND s.image = o.image
      JOIN images AS i ON i.id = o.image
      WHERE o.run = :run AND o.dataset = :dataset AND (:split IS NULL OR s.split = :split) AND NOT ${STALE}
      ORDER BY o.image`);
    this.#listOf = database.prepare(`
      SELECT o.image, o.mu, o.logvar, i.path, s.split, s.label, s.status, s.box
      FROM json_each(:ids) AS wanted
      CROSS JOIN images AS i ON i.id = wanted.value
      JOIN states AS s ON s.dataset = i.dataset AND s.image = i.id
      JOIN outputs AS o ON o.run = :run AND o.dataset = i.dataset AND o.image = i.id
      WHERE NOT ${STALE}
      ORDER BY wanted.key`);
    this.#stale = database
      .prepare<[{ run: number; dataset: number; split: string | null }], number>(
        `SELECT p.image FROM predictions AS p JOIN states AS s ON s.dataset = p.dataset AND s.image = p.image
         WHERE p.run = :run AND p.dataset = :dataset AND p.stale = 1 AND s.status = 'ok'
           AND (:split IS NULL OR s.split = :split)
         ORDER BY p.image`,
      )
      .pluck();
    this.#fileChanged = database.prepare(
      'UPDATE outputs SET file_changed = 1 WHERE run = ? AND dataset = ? AND image = ?',
    );
    this.#runs = database.prepare('SELECT id AS run, classes FROM runs WHERE predictions > 0');
    const parse = memoise((classes: string) => parseColumn(Classes, classes));
    database.sql.function(
      'label_loss',
      { deterministic: true },
      (mu: Uint8Array, classes: string, label: Expression | null) => lossOn(toFloats(mu), parse(classes), label),
    );
    this.#relabel = database.prepare(RELABEL);
    this.#refile = database.prepare(REFILE);
  }

  /** Stores or replaces outputs; images that have gone meanwhile are left out. */
  put(run: number, classes: readonly Expression[], rows: readonly NewPrediction[]): void {
    let added = 0;
    for (const { image, mu, logvar, box } of rows) {
      if (mu.length !== classes.length || (logvar !== null && logvar.length !== classes.length))
        throw new RangeError(`Run ${run} has ${classes.length} classes; image ${image} came with ${mu.length}.`);
      const current = this.#current.get(image);
      if (current === undefined) continue;
      const { dataset, label } = current;
      if (this.#exists.get(run, dataset, image) === undefined) added += 1;
      const seen = box === undefined ? current.box : jsonOrNull(box);
      this.#insertOutput.run(run, dataset, image, toBlob(mu), logvar === null ? null : toBlob(logvar), seen);
      const stale = Number(seen !== current.box);
      this.#insert.run({ run, dataset, image, label, stale, ...derive(classes, mu, logvar, label) });
    }
    this.#count.run(added, run);
  }

  /** Those that are not stale. */
  list(run: number, dataset: number, split: string | null): StoredPrediction[] {
    return this.#list.all({ run, dataset, split }).map(toPrediction);
  }

  listOf(run: number, ids: readonly number[]): StoredPrediction[] {
    return this.#listOf.all({ run, ids: idList(ids) }).map(toPrediction);
  }

  /** Usable images whose prediction is stale. */
  stale(run: number, dataset: number, split: string | null): number[] {
    return this.#stale.all({ run, dataset, split });
  }

  /** The image's file is another one than that which was predicted. */
  refile(dataset: number, image: number): void {
    for (const one of this.#runs.all()) {
      this.#fileChanged.run(one.run, dataset, image);
      this.#refile.run({ ...one, dataset, image });
    }
  }

  /** Loss and correctness of a batch's images in every run, after its labels and boxes. */
  relabel(batch: number): void {
    for (const run of this.#runs.all()) this.#relabel.run({ ...run, batch });
  }
}

type Stored = Omit<StoredPrediction, 'mu' | 'logvar' | 'box'> & Blobs & { box: string | null };

function toPrediction(row: Stored): StoredPrediction {
  const logvar = row.logvar === null ? null : toFloats(row.logvar);
  return { ...row, mu: toFloats(row.mu), logvar, box: parseOptional(Box, row.box) };
}

interface Blobs {
  mu: Uint8Array;
  logvar: Uint8Array | null;
}

/** A function that remembers its answer to the last text: a statement asks for one run's classes at every row. */
function memoise<T>(make: (text: string) => T): (text: string) => T {
  let last: { text: string; value: T } | null = null;
  return (text) => {
    if (last?.text !== text) last = { text, value: make(text) };
    return last.value;
  };
}

/** Cross-entropy of mu on a label; null without a label or for a class that the model does not have. */
function lossOn(mu: Float32Array, classes: readonly Expression[], label: Expression | null): number | null {
  const index = label === null ? -1 : classes.indexOf(label);
  return index < 0 ? null : crossEntropy(mu, index);
}

function derive(
  classes: readonly Expression[],
  mu: Float32Array,
  logvar: Float32Array | null,
  label: Expression | null,
): Derived {
  const top = argmax(mu);
  const predicted = classes[top];
  if (predicted === undefined) throw new RangeError('A prediction has no classes.');
  const probabilities = softmax(mu);
  const width = logvar?.[top];
  return {
    predicted,
    loss: lossOn(mu, classes, label),
    sigma: width === undefined ? null : sigma(width),
    margin: margin(probabilities),
    entropy: entropy(probabilities),
    confidence: probabilities[top] ?? 0,
    flip: logvar === null ? null : flipProbability(mu, logvar),
  };
}
