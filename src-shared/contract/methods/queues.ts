import { z } from 'zod';
import { OpenedQueue, QueueEntry, QueueProgress, QueueRequest } from '../../domain/queue.ts';
import { methods } from '../define.ts';
import { id } from './common.ts';

const within = z.object({ snapshot: z.string(), annotator: z.string() });

export const queues = methods({
  /** The order is computed once: deciding one image moves no other. */
  'queues.open': { params: QueueRequest, value: OpenedQueue },
  /** Judges every label by heads that had not seen it: a job of seconds, after which the queue is better. */
  'queues.judge': { params: z.object({ run: id, dataset: id }), value: z.object({ job: id }) },
  'queues.page': {
    params: within.extend({ offset: z.number().int().min(0), limit: z.number().int().min(1).max(200) }),
    value: z.array(QueueEntry),
  },
  'queues.progress': { params: within, value: QueueProgress },
  /** Place of the next (or, backwards, the previous) image that this annotator has not decided; -1 where there is none. */
  'queues.next': {
    params: within.extend({ from: z.number().int().min(-1), backwards: z.boolean() }),
    value: z.number().int(),
  },
});
