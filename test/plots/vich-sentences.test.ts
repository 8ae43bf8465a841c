import { describe, expect, it } from 'vitest';
import { SEVEN } from '../../src-shared/domain/expression.ts';
import { vichSentences } from '../../src-renderer/plots/vich-sentences.ts';

/** The second case of test/unit/metrics/draws.test.ts: integration gives 46.9%, 29.6%, 17.3%, 4.8% … of draws. */
const data = {
  classes: SEVEN,
  mu: [1.5, 1.1, 0.9, -1, 0.2, 0, -2],
  logvar: [-1, 0, -0.5, 1, -2, -1, 0.3],
};

describe('the sentences under the curves', () => {
  it('tell flips, contenders and the rank of sigma', () => {
    expect(vichSentences(data, { expression: 'neutral', sigma: 0.61, images: 41, below: 38 })).toEqual([
      'Drawn from these curves, Happy would beat Neutral in 37% of draws, and Neutral would lose to some class in 53%.',
      'Neutral (47%), Happy (30%) and Sad (17%) contend: look for yourself, and consider a soft label of these.',
      'Its σ of 0.61 is larger than that of 95% of the 40 other images predicted Neutral: unusually unsure for this class.',
    ]);
  });

  it('say when nothing contends, and when there are too few to rank', () => {
    const sure = { classes: SEVEN, mu: [9, 0, 0, 0, 0, 0, 0], logvar: new Float32Array(7).fill(-2) };
    const sentences = vichSentences(sure, { expression: 'neutral', sigma: 0.37, images: 3, below: 0 });
    expect(sentences[0]).toBe(
      'Drawn from these curves, Happy would beat Neutral in less than 1% of draws, and Neutral would lose to some class in less than 1%.',
    );
    expect(sentences[1]).toMatch(/^No class contends with Neutral, which wins more than 99%/);
    expect(sentences[2]).toBe('Only 3 images are predicted Neutral: too few to rank its σ of 0.37.');
  });

  it('are none without VICH', () => {
    expect(vichSentences({ ...data, logvar: null }, null)).toEqual([]);
  });
});
