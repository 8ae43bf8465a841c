/**
 * Whether ONNX Runtime has its own blocked layout on this processor, and how many channels a block has. Its domain,
 * com.microsoft.nchwc, is not documented and differs between processors and versions: so a graph of one node is asked.
 */
import { blockProbe } from '../trace/onnx.ts';
import { float32, floats, openSession } from './session.ts';

let found: Promise<number | null> | null = null;

/**
 * Channels a block on the processor; null where the layout is missing or of a size that we do not know.
 * @throws Error where the graph could not be asked (no memory, say): that is no answer, and the next call asks again. Taking it
 * for one would train on the plain layout, slower and to other bits than before.
 */
export function nchwcBlock(): Promise<number | null> {
  found ??= probe().catch((thrown: unknown) => {
    if (isMissing(thrown)) return null;
    found = null;
    throw thrown;
  });
  return found;
}

/** What ONNX Runtime says of a node that its build does not know, or has no code for on this processor. */
export function isMissing(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    /is not a registered function|No Op registered|Could not find an implementation|NOT_IMPLEMENTED/i.test(
      thrown.message,
    )
  );
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
