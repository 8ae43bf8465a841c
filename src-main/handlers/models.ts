import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const modelHandlers = ({ models }: Services) =>
  ({
    'models.examine': ({ path, vich }) => attempt(() => models.examine(path, vich)),
    'models.check': (request) => attempt(() => models.check(request)),
    'models.import': (request) => attempt(() => models.import(request)),
    'models.export': (request) => attempt(() => ({ job: models.startExport(request).job })),
    'models.bundle': (request) => attempt(() => ({ job: models.startBundle(request).job })),
    'models.exports': ({ run }) => attempt(() => models.exports(run)),
  }) satisfies Partial<Handlers>;
