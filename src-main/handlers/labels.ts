import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const labelHandlers = ({ labels }: Services) =>
  ({
    'labels.apply': (request) => attempt(() => labels.apply(request)),
    'labels.undo': () => attempt(() => labels.undo()),
    'labels.redo': () => attempt(() => labels.redo()),
    'labels.state': () => attempt(() => labels.state()),
  }) satisfies Partial<Handlers>;
