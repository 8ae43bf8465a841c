/**
 * Whether ONNX Runtime has its own blocked layout on this processor, and how many channels a block has. Its domain,
 * com.microsoft.nchwc, is not documented and differs between processors and versions: so a graph of one node is asked.
 */
import { blockProbe } from '../trace/onnx.ts';
import { float32, floats, openSession } from './session.ts';

let found: Promise<number | null> | null = null;

/** Channels a block on the processor; null where the layout is missing or of a size that we do not know. */
export function nchwcBlock(): Promise<number | null> {
  found ??= probe().catch(() => null);
  return found;
}

async function probe(): Promise<number | null> {
  const { model, shape, input, output } = blockProbe();
  const session = await openSession(model, 'cpu');
  try {
    const numbers = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => index);
    const outputs = await session.run({ [input]: float32(numbers, shape) });
    // Two pixels a channel: behind the first pixel's block of channels lies the second pixel of the first channel.
    const block = floats(outputs, output).indexOf(1);
    return block === 8 || block === 16 ? block : null;
  } finally {
    await session.release();
  }
}
