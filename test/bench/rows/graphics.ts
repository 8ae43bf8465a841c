/** The forward pass and a training step on a graphics card against PyTorch on the same card. Without a card: the reason, and no number. */
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { graphicsCards } from '../../../src-main/services/engine/runtime/hardware.ts';
import { openClassifier } from '../../../src-main/services/engine/runtime/inference.ts';
import { probe } from '../../../src-main/services/engine/runtime/probe.ts';
import { openTrainer } from '../../../src-main/services/engine/runtime/trainer.ts';
import { inTurns, quotients, spreadOf, timed } from '../measure.ts';
import { images, paper, paperWeights, stepInput } from '../paper.ts';
import type { Row } from '../row.ts';

const BATCH = 8;

interface Opened {
  run(): Promise<unknown>;
  dispose(): Promise<void>;
}

const works: Readonly<Record<'forward' | 'step', () => Promise<Opened>>> = {
  async forward() {
    const classifier = await openClassifier(paperWeights(), paper, 'webgpu', BATCH);
    const input = images(BATCH);
    return { run: () => classifier.run(input, BATCH), dispose: () => classifier.dispose() };
  },
  async step() {
    const trainer = await openTrainer(paperWeights(), paper, 'webgpu', { batch: BATCH, vichKl: 'paper' });
    const input = stepInput(BATCH);
    return { run: () => trainer.step(...input), dispose: () => trainer.dispose() };
  },
};

/** Why nothing can be measured on a card here; null where it can. */
async function unmeasurable(): Promise<string | null> {
  const cards = await graphicsCards();
  if (cards.every(({ maker }) => maker === 'software')) return 'No graphics card was found.';
  try {
    await probe('webgpu');
    return null;
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.message;
    throw thrown;
  }
}

function graphicsRow(work: 'forward' | 'step', title: string): Row {
  return {
    name: `webgpu-${work}`,
    work: `${title}, batch ${BATCH}, webgpu`,
    against: 'PyTorch eager on the same card: times its time',
    reach: { bound: 'at most', value: 1.5 },
    async measure({ pytorch, rounds }) {
      const reason = await unmeasurable();
      if (reason !== null) return { kind: 'skipped', reason };
      const opened = await works[work]();
      const ours = timed(() => opened.run());
      try {
        if (!pytorch?.hasCuda) {
          const { ours: alone } = await inTurns({ ours }, rounds);
          const why = pytorch ? 'this PyTorch has no CUDA' : 'no --peer pytorch';
          return { kind: 'alone', parts: [{ of: 'ours', spread: spreadOf(alone), unit: 's' }], reason: why };
        }
        const theirs = pytorch.timed({ work, batch: BATCH, device: 'cuda' });
        const seconds = await inTurns({ ours, pytorch: theirs }, rounds);
        return {
          kind: 'ratio',
          ratio: spreadOf(quotients(seconds.ours, seconds.pytorch)),
          parts: [
            { of: 'ours', spread: spreadOf(seconds.ours), unit: 's' },
            { of: 'PyTorch', spread: spreadOf(seconds.pytorch), unit: 's' },
          ],
        };
      } finally {
        await opened.dispose();
      }
    },
  };
}

export default [graphicsRow('forward', 'forward, evaluation'), graphicsRow('step', 'training step (AdamW)')];
