import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const jobHandlers = ({ workspace }: Services) =>
  ({
    'jobs.list': () => attempt(() => (workspace.current() === null ? [] : workspace.require().jobs.list())),
    // A job that has ended meanwhile needs no cancelling: the person has what they wanted.
    'jobs.cancel': ({ job }) => attempt(() => (workspace.require().jobs.cancel(job), null)),
  }) satisfies Partial<Handlers>;
