/** A training step (forward, backward, AdamW) against PyTorch eager: time and memory. */
import type { DeviceId } from '../../../src-main/services/engine/runtime/devices.ts';
import { openTrainer } from '../../../src-main/services/engine/runtime/trainer.ts';
import { installedIn, tensorflowFolder } from '../../../src-main/services/engine/runtime/tensorflow/place.ts';
import { inChild } from '../child.ts';
import { inTurns, quotients, spreadOf, timed } from '../measure.ts';
import { paper, paperWeights, stepInput } from '../paper.ts';
import type { Row } from '../row.ts';

const BATCH = 8;

function stepRow(name: string, device: DeviceId, reach: number): Row {
  return {
    name,
    work: `training step (AdamW, batch ${BATCH}), ${device}`,
    against: 'PyTorch eager: times its time',
    reach: { bound: 'at most', value: reach },
    async measure({ pytorch, rounds }) {
      if (device === 'tensorflow' && installedIn(tensorflowFolder()) === null) {
        return { kind: 'skipped', reason: 'TensorFlow is not installed: npm run cli -- tensorflow install' };
      }
      const trainer = await openTrainer(paperWeights(), paper, device, { batch: BATCH, vichKl: 'paper' });
      const input = stepInput(BATCH);
      const ours = timed(() => trainer.step(...input));
      try {
        const seconds = await inTurns(
          pytorch ? { ours, pytorch: pytorch.timed({ work: 'step', batch: BATCH }) } : { ours, pytorch: ours },
          rounds,
        );
        const mine = { of: 'ours', spread: spreadOf(seconds.ours), unit: 's' } as const;
        if (!pytorch) return { kind: 'alone', parts: [mine], reason: 'no --peer pytorch' };
        return {
          kind: 'ratio',
          ratio: spreadOf(quotients(seconds.ours, seconds.pytorch)),
          parts: [mine, { of: 'PyTorch', spread: spreadOf(seconds.pytorch), unit: 's' }],
        };
      } finally {
        await trainer.dispose();
      }
    },
  };
}

/** Each side in a fresh process of its own; the peak counts from the third step on, when all buffers have been made. */
const memory: Row = {
  name: 'step-memory',
  work: `peak memory of a training step, batch ${BATCH}`,
  against: "PyTorch's: times its bytes",
  reach: { bound: 'at most', value: 1.25 },
  async measure({ pytorch }) {
    if (process.platform !== 'linux') return { kind: 'skipped', reason: 'peak memory is read from /proc (Linux)' };
    const mine = await inChild('peak', BATCH);
    const quantity = (of: string, bytes: number) => ({ of, spread: spreadOf([bytes / 2 ** 20]), unit: 'MB' }) as const;
    if (!pytorch) return { kind: 'alone', parts: [quantity('ours', mine)], reason: 'no --peer pytorch' };
    const theirs = await pytorch.peak({ work: 'step', batch: BATCH });
    return {
      kind: 'ratio',
      ratio: spreadOf([mine / theirs]),
      parts: [quantity('ours', mine), quantity('PyTorch', theirs)],
    };
  },
};

export default [stepRow('step', 'cpu', 0.8), memory, stepRow('tensorflow', 'tensorflow', 1.2)];
