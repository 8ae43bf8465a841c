/** From a checkpoint's weights to a training step that can run: trace, lowering and session, in a fresh process. */
import { inChild } from '../child.ts';
import { spreadOf } from '../measure.ts';
import type { Row } from '../row.ts';

const first: Row = {
  name: 'open',
  work: 'trace + session of the training step, batch 8',
  against: 'seconds',
  reach: { bound: 'at most', value: 30 },
  async measure() {
    return { kind: 'absolute', spread: spreadOf([await inChild('open', 8)]), unit: 's', parts: [] };
  },
};

export default [first];
