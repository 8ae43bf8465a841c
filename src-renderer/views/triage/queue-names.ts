import { QUEUES, type QueueName } from '../../../src-shared/domain/queue.ts';

/** How each queue is called, and what an empty one means. */
export const QUEUE_TITLES: Readonly<Record<QueueName, { title: string; empty: string }>> = {
  mislabelled: { title: 'Mislabelled', empty: 'No label is contradicted above this threshold.' },
  ambiguous: { title: 'Ambiguous', empty: 'No image lies between classes above this threshold.' },
  hard: { title: 'Hard', empty: 'The model is right wherever the label can be trusted.' },
  duplicates: { title: 'Duplicates and leaks', empty: 'No two pictures look the same.' },
  view: { title: 'Gallery’s view', empty: 'The filter leaves no image.' },
  second: { title: 'Second opinions', empty: 'Nobody else has judged an image that you have not.' },
  adjudicate: { title: 'Adjudicate', empty: 'People agree on every image that two of them judged.' },
};

/** The name of what a decision was made in: a queue's title, else as it was stored (a consensus, a merge). */
export function queueTitle(stored: string): string {
  const known = QUEUES.find((one) => one === stored);
  return known === undefined ? stored : QUEUE_TITLES[known].title;
}
