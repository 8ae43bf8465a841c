import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const sliceHandlers = ({ slices }: Services) =>
  ({
    'slices.list': ({ dataset }) => attempt(() => slices.list(dataset)),
    'slices.save': (slice) => attempt(() => slices.save(slice)),
    'slices.rename': ({ slice, name }) => attempt(() => (slices.rename(slice, name), null)),
    'slices.remove': ({ slice }) => attempt(() => (slices.remove(slice), null)),
  }) satisfies Partial<Handlers>;
