import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const exportHandlers = ({ exports }: Services) =>
  ({
    'exports.start': (request) => attempt(async () => ({ job: (await exports.start(request)).job })),
    'exports.curves': (request) => attempt(() => exports.curvesToHand(request)),
  }) satisfies Partial<Handlers>;
