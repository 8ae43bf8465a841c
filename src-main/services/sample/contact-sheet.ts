/**
 * Shows what the generator draws: `node contact-sheet.ts OUT.png [--seed N] [--cell PIXELS] [--rows N] [--first N]`.
 * One row is seven people, each with another expression at full strength; `--plan` shows the sample as it is.
 */
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import { drawCapture } from './capture.ts';
import type { Portrait } from './draw.ts';
import { drawIdentity } from './identity.ts';
import { planSample } from './plan.ts';
import { perform } from './prototypes.ts';
import { renderFace } from './render.ts';
import { Stream } from './stream.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    cell: { type: 'string', default: '96' },
    rows: { type: 'string', default: '8' },
    first: { type: 'string', default: '0' },
    plan: { type: 'boolean', default: false },
    same: { type: 'boolean', default: false },
  },
});
const [out] = positionals;
if (out === undefined) throw new Error('Where to? node contact-sheet.ts OUT.png');
const [seed, cell, rows, first] = [values.seed, values.cell, values.rows, values.first].map(Number) as [
  number,
  number,
  number,
  number,
];
const columns = values.plan ? 10 : EXPRESSIONS.length;
const planned = values.plan ? [...planSample(seed, first + rows * columns)] : [];

/** The portrait of a cell; with --same, a row is one person in one light. */
function portrait(index: number): Portrait {
  const face = planned[index];
  if (face) return face.portrait;
  const who = values.same ? Math.floor(index / columns) : index;
  const expression = EXPRESSIONS[index % columns] ?? 'neutral';
  return {
    identity: drawIdentity(new Stream(seed, 'identity', who)),
    units: perform(expression, new Stream(seed, 'expression', index)),
    capture: drawCapture(new Stream(seed, 'capture', who)),
  };
}

const cells = await Promise.all(
  Array.from({ length: rows * columns }, async (_, at) => {
    const index = first + at;
    const shown = portrait(index);
    const jpeg = await renderFace(shown, 224, seed, index);
    const input = await sharp(jpeg).resize(cell, cell).png().toBuffer();
    return { input, left: (at % columns) * (cell + 2), top: Math.floor(at / columns) * (cell + 2) };
  }),
);
await sharp({ create: { width: columns * (cell + 2), height: rows * (cell + 2), channels: 3, background: '#141414' } })
  .composite(cells)
  .png()
  .toFile(out);
