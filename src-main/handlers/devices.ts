import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const deviceHandlers = ({ engine, tensorflow }: Services) =>
  ({
    'devices.list': () => attempt(() => engine.devices()),
    'tensorflow.status': () => attempt(() => tensorflow.status()),
    'tensorflow.install': (request) => attempt(() => tensorflow.startInstall(request)),
    'tensorflow.remove': () => attempt(() => tensorflow.remove()),
  }) satisfies Partial<Handlers>;
