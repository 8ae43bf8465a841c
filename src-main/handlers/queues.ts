import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const queueHandlers = ({ queues }: Services) =>
  ({
    'queues.open': (request) => attempt(() => queues.open(request)),
    'queues.judge': (request) => attempt(() => queues.judge(request)),
    'queues.page': (request) => attempt(() => queues.page(request)),
    'queues.progress': (request) => attempt(() => queues.progress(request)),
    'queues.next': (request) => attempt(() => queues.next(request)),
  }) satisfies Partial<Handlers>;
