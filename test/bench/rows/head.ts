/** An epoch of head-only training on as many cached features as RAF-DB's training set has images. */
import { sizeTable } from '../../../src-main/services/engine/model/config.ts';
import type { HeadPlan } from '../../../src-main/services/engine/interface.ts';
import { HeadTrainer } from '../../../src-main/services/engine/runtime/head-trainer.ts';
import { trainHeads } from '../../../src-main/services/engine/train/head-loop.ts';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import { goldenInput } from '../../parity/golden.ts';
import { spreadOf } from '../measure.ts';
import { paper, paperWeights } from '../paper.ts';
import type { Row } from '../row.ts';

const IMAGES = 12_271;

const head: Row = {
  name: 'head',
  work: `an epoch of head-only training on ${IMAGES} cached features, batch 48`,
  against: 'seconds',
  reach: { bound: 'at most', value: 1 },
  async measure({ rounds }) {
    const all = Uint32Array.from({ length: IMAGES }, (_, row) => row);
    const targets = new Float32Array(IMAGES * paper.classes);
    all.forEach((row) => (targets[row * paper.classes + (row % paper.classes)] = 1));
    const plan: HeadPlan = {
      ...{ checkpoint: '', device: 'cpu', classes: SEVEN, start: 'checkpoint', out: null, targets },
      features: goldenInput('features', IMAGES * sizeTable('paper').vit.width, 1),
      rounds: [{ train: all, judge: all }],
      settings: {
        ...{ vich: true, epochs: rounds + 1, batch: 48, learningRate: 1e-3, gamma: 0.98, weightDecay: 1e-4 },
        ...{ lambda: 1e-3, vichKl: 'paper', labelSmoothing: 0, seed: 1, optimizer: 'adamw', momentum: 0, clipNorm: 0 },
        ...{ classWeights: 'none', targets: 'hard' },
      },
    };
    const trainer = new HeadTrainer(paper, { vichKl: 'paper' }, 'cpu');
    const ends = [performance.now()];
    const tell = (): Promise<void> => Promise.resolve(void ends.push(performance.now()));
    await trainHeads(plan, paper, trainer, paperWeights(), tell, new AbortController().signal);
    await trainer.dispose();
    // The first epoch opens the sessions, as the first of a person's does; it is left out here as in the other rows.
    const seconds = ends.slice(1).map((end, index) => (end - (ends[index] ?? end)) / 1000);
    return { kind: 'absolute', spread: spreadOf(seconds.slice(1)), unit: 's', parts: [] };
  },
};

export default [head];
