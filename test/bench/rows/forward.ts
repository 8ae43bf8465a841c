/** Classification in evaluation mode against PyTorch eager, whichever of its two memory formats is faster here. */
import { openClassifier } from '../../../src-main/services/engine/runtime/inference.ts';
import { inTurns, quotients, spreadOf, timed } from '../measure.ts';
import { images, paper, paperWeights } from '../paper.ts';
import type { Row } from '../row.ts';

function forwardRow(batch: number, reach: number): Row {
  return {
    name: `forward-${batch}`,
    work: `forward, evaluation, batch ${batch}`,
    against: 'PyTorch eager: times its images/s',
    reach: { bound: 'at least', value: reach },
    async measure({ pytorch, rounds }) {
      const classifier = await openClassifier(paperWeights(), paper, 'cpu', batch);
      const input = images(batch);
      const ours = timed(() => classifier.run(input, batch));
      const often = batch === 1 ? 3 * rounds : rounds;
      try {
        if (!pytorch) {
          const alone = await inTurns({ ours }, often);
          const parts = [{ of: 'ours', spread: spreadOf(alone.ours), unit: 's' }] as const;
          return { kind: 'alone', parts, reason: 'no --peer pytorch' };
        }
        const formats = ['contiguous', 'channels_last'] as const;
        const [contiguous, channelsLast] = formats.map((format) => pytorch.timed({ work: 'forward', batch, format }));
        if (!contiguous || !channelsLast) throw new Error('the peer has two memory formats');
        const seconds = await inTurns({ ours, contiguous, channels_last: channelsLast }, often);
        const [a, b] = formats.map((format) => spreadOf(seconds[format]).median);
        const better = (a ?? 0) <= (b ?? 0) ? 'contiguous' : 'channels_last';
        return {
          kind: 'ratio',
          ratio: spreadOf(quotients(seconds[better], seconds.ours)),
          parts: [
            { of: 'ours', spread: spreadOf(seconds.ours), unit: 's' },
            ...formats.map((format) => ({ of: format, spread: spreadOf(seconds[format]), unit: 's' as const })),
          ],
        };
      } finally {
        await classifier.dispose();
      }
    },
  };
}

export default [forwardRow(8, 1.5), forwardRow(1, 2)];
