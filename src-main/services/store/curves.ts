import type { EpochMetrics, RunMetrics } from '../../../src-shared/domain/run.ts';
import type { Database, Statement } from './database.ts';
import { toBlob, toFloats } from './packed.ts';

interface Chunk {
  first: number;
  loss: Uint8Array;
}

/** What a run measured: the loss of every step, packed in chunks that never overlap, and a row an epoch. */
export class Curves {
  readonly #last: Statement<[number], Chunk>;
  readonly #chunks: Statement<[number], Chunk>;
  readonly #insert: Statement<[run: number, first: number, loss: Uint8Array]>;
  readonly #remove: Statement<[run: number, first: number]>;
  readonly #stepsPerEpoch: Statement<[number], number>;
  readonly #insertEpoch: Statement<(number | null)[]>;
  readonly #epochs: Statement<[number], EpochMetrics>;

  constructor(database: Database) {
    this.#last = database.prepare('SELECT first, loss FROM run_steps WHERE run = ? ORDER BY first DESC LIMIT 1');
    this.#chunks = database.prepare('SELECT first, loss FROM run_steps WHERE run = ? ORDER BY first');
    this.#insert = database.prepare('INSERT INTO run_steps (run, first, loss) VALUES (?, ?, ?)');
    this.#remove = database.prepare('DELETE FROM run_steps WHERE run = ? AND first = ?');
    this.#stepsPerEpoch = database.prepare<[number], number>('SELECT steps_per_epoch FROM runs WHERE id = ?').pluck();
    this.#insertEpoch = database.prepare(`
      INSERT OR REPLACE INTO run_epochs (run, epoch, learning_rate, train_loss, train_accuracy, val_loss, val_accuracy,
        val_balanced_accuracy, val_macro_f1, mean_sigma, wait_seconds, process_seconds)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#epochs = database.prepare(`
      SELECT epoch, learning_rate AS learningRate, train_loss AS trainLoss, train_accuracy AS trainAccuracy,
        val_loss AS valLoss, val_accuracy AS valAccuracy, val_balanced_accuracy AS valBalancedAccuracy,
        val_macro_f1 AS valMacroF1, mean_sigma AS meanSigma,
        wait_seconds AS waitSeconds, process_seconds AS processSeconds
      FROM run_epochs WHERE run = ? ORDER BY epoch`);
  }

  /** Losses of steps first, first + 1, …; what stands from `first` on gives way: a resumed run does those steps again. */
  append(run: number, first: number, loss: Float32Array): void {
    if (loss.length === 0) return;
    for (let chunk = this.#last.get(run); chunk !== undefined; chunk = this.#last.get(run)) {
      const kept = first - chunk.first;
      if (kept >= chunk.loss.byteLength / 4) break;
      this.#remove.run(run, chunk.first);
      if (kept > 0) this.#insert.run(run, chunk.first, toBlob(toFloats(chunk.loss).subarray(0, kept)));
    }
    this.#insert.run(run, first, toBlob(loss));
  }

  addEpoch(run: number, metrics: EpochMetrics): void {
    this.#insertEpoch.run(
      run,
      metrics.epoch,
      metrics.learningRate,
      metrics.trainLoss,
      metrics.trainAccuracy,
      metrics.valLoss,
      metrics.valAccuracy,
      metrics.valBalancedAccuracy,
      metrics.valMacroF1,
      metrics.meanSigma,
      metrics.waitSeconds,
      metrics.processSeconds,
    );
  }

  read(run: number): RunMetrics {
    const chunks = this.#chunks.all(run);
    const total = chunks.reduce((sum, chunk) => sum + chunk.loss.byteLength / 4, 0);
    const steps = new Int32Array(total);
    const loss = new Float32Array(total);
    let at = 0;
    for (const chunk of chunks) {
      const values = toFloats(chunk.loss);
      loss.set(values, at);
      for (let i = 0; i < values.length; i++) steps[at + i] = chunk.first + i;
      at += values.length;
    }
    return { steps, loss, stepsPerEpoch: this.#stepsPerEpoch.get(run) ?? 0, epochs: this.#epochs.all(run) };
  }
}
