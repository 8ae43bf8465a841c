import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const versionHandlers = ({ versions, labels }: Services) =>
  ({
    'versions.list': ({ dataset }) => attempt(() => versions.list(dataset)),
    'versions.create': (order) => attempt(() => versions.create(order)),
    'versions.difference': (request) => attempt(() => versions.difference(request)),
    'versions.restore': ({ version, annotator }) => attempt(() => labels.restore(version, annotator)),
    'versions.remove': ({ version }) => attempt(() => (versions.remove(version), null)),
  }) satisfies Partial<Handlers>;
