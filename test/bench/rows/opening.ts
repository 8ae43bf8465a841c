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

/** The same in a process of an application that has opened such a step before. */
const again: Row = {
  name: 'open-again',
  work: 'the same, the second time: the graph from the disk',
  against: 'seconds',
  reach: { bound: 'at most', value: 3 },
  async measure({ folder }) {
    const environment = { POSTER_VAR_HOME: folder };
    const before = await inChild('open', 8, environment);
    const seconds = [await inChild('open', 8, environment), await inChild('open', 8, environment)];
    const parts = [{ of: 'the first time', spread: spreadOf([before]), unit: 's' }] as const;
    return { kind: 'absolute', spread: spreadOf(seconds), unit: 's', parts };
  },
};

export default [first, again];
