import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const suiteHandlers = ({ suites, trials }: Services) =>
  ({
    'suites.list': () => attempt(() => suites.list()),
    'suites.start': (request) => attempt(() => suites.start(request)),
    'suites.resume': ({ suite }) => attempt(() => suites.resume(suite)),
    'suites.stop': ({ suite }) => attempt(async () => (await suites.stop(suite), null)),
    'suites.remove': ({ suite }) => attempt(() => (suites.remove(suite), null)),
    'trials.augmented': (request) => attempt(() => trials.augmented(request)),
    'trials.list': () => attempt(() => trials.list()),
    'trials.start': (request) => attempt(() => trials.start(request)),
  }) satisfies Partial<Handlers>;
