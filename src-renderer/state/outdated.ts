import { client } from '../api/client.ts';

/** How long to wait for further labels before numbers are made again. */
const SETTLE_MS = 300;

/**
 * Tells soon after labels, or the predictions of a run that matters, have changed: once for many changes.
 * @returns what ends it.
 */
export function whenOutdated(matters: (run: number) => boolean, again: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(again, SETTLE_MS);
  };
  const ends = [
    client.on('labels.changed', soon),
    client.on('predictions.changed', ({ run }) => {
      if (matters(run)) soon();
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const end of ends) end();
  };
}
