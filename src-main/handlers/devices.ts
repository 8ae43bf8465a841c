import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const deviceHandlers = ({ engine, benchmarks, tensorflow }: Services) =>
  ({
    'devices.list': ({ refresh }) => attempt(() => engine.devices({ refresh })),
    'devices.auto': ({ measure }) => attempt(() => engine.auto(measure)),
    'devices.benchmark': (request) => attempt(() => benchmarks.start(request)),
    'devices.benchmarks': () => attempt(() => benchmarks.list()),
    'devices.clearBenchmarks': () =>
      attempt(() => {
        benchmarks.clear();
        return null;
      }),
    'tensorflow.status': () => attempt(() => tensorflow.status()),
    'tensorflow.install': (request) => attempt(() => tensorflow.startInstall(request)),
    'tensorflow.remove': () => attempt(() => tensorflow.remove()),
  }) satisfies Partial<Handlers>;
