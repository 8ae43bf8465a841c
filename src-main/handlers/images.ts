import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const imageHandlers = ({ gallery, similar, figures }: Services) =>
  ({
    'images.open': (query) => attempt(() => gallery.open(query)),
    'images.page': (request) => attempt(() => gallery.page(request)),
    'images.rows': (request) => attempt(() => gallery.rows(request)),
    'images.locate': (request) => attempt(() => gallery.locate(request)),
    'images.facets': (query) => attempt(() => gallery.facets(query)),
    'images.attributes': ({ dataset }) => attempt(() => gallery.attributes(dataset)),
    'images.sigmaRank': (request) => attempt(() => gallery.sigmaRank(request)),
    'images.similar': (request) => attempt(() => similar.nearest(request)),
    'images.figure': (request) => attempt(() => figures.draw(request)),
    'images.get': (request) => attempt(() => gallery.get(request)),
  }) satisfies Partial<Handlers>;
