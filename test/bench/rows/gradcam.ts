/** Grad-CAM of every class against a plain forward pass of the same image. */
import { openExplainer } from '../../../src-main/services/engine/explain/gradcam.ts';
import { openClassifier } from '../../../src-main/services/engine/runtime/inference.ts';
import { inTurns, quotients, spreadOf, timed } from '../measure.ts';
import { images, paper, paperWeights } from '../paper.ts';
import type { Row } from '../row.ts';

const gradcam: Row = {
  name: 'gradcam',
  work: 'Grad-CAM of all 7 classes, one image',
  against: 'our own forward: times its time',
  reach: { bound: 'at most', value: 1.3 },
  async measure({ rounds }) {
    const weights = paperWeights();
    const classifier = await openClassifier(weights, paper, 'cpu', 1);
    const explainer = await openExplainer(weights, paper, 'cpu');
    const image = images(1);
    try {
      const seconds = await inTurns(
        { cams: timed(() => explainer.run(image)), forward: timed(() => classifier.run(image, 1)) },
        3 * rounds,
      );
      return {
        kind: 'ratio',
        ratio: spreadOf(quotients(seconds.cams, seconds.forward)),
        parts: [
          { of: 'Grad-CAM', spread: spreadOf(seconds.cams), unit: 's' },
          { of: 'forward', spread: spreadOf(seconds.forward), unit: 's' },
        ],
      };
    } finally {
      await explainer.dispose();
      await classifier.dispose();
    }
  },
};

export default [gradcam];
