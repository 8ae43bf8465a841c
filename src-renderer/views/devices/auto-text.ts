import type { AutoChoice } from '../../../src-shared/domain/device.ts';
import { milliseconds } from '../../plots/speed.ts';

/** Which device `auto` takes for a kind of work, and from which measurement, in a sentence. */
export function autoSentence({ work, device, measured }: AutoChoice): string {
  const word = work === 'inference' ? 'Predictions' : 'Training';
  if (device === null) return `${word}: not measured yet; the first use of “auto” does it, or the button.`;
  if (measured.length === 0) return `${word}: ${device}, the only device that can be used.`;
  const times = measured.map(({ device: one, seconds }) =>
    seconds === null ? `${one} failed` : `${one} ${milliseconds(seconds)} ms`,
  );
  return `${word}: ${device}. A piece of the network took: ${times.join(', ')}.`;
}
