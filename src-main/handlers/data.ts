import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const dataHandlers = ({ datasets, duplicates }: Services) =>
  ({
    'datasets.list': () => attempt(() => datasets.list()),
    'datasets.remove': ({ dataset }) => attempt(() => datasets.remove(dataset).then(() => null)),
    'datasets.files': ({ dataset }) => attempt(() => datasets.files(dataset)),
    'datasets.repoint': ({ dataset, folder }) => attempt(() => datasets.repoint(dataset, folder)),
    'datasets.lookAgain': ({ dataset }) => attempt(() => datasets.lookAgain(dataset)),
    'duplicates.find': (request) => attempt(() => duplicates.find(request)),
    'duplicates.report': ({ dataset }) => attempt(() => duplicates.report(dataset)),
    'duplicates.groups': ({ dataset, ...page }) => attempt(() => duplicates.groups(dataset, page)),
    'duplicates.exclude': ({ dataset, exclude, annotator }) =>
      attempt(() => duplicates.exclude(dataset, exclude, annotator)),
    'import.detect': ({ source }) => attempt(() => datasets.detect(source)),
    'import.preview': (request) => attempt(() => datasets.preview(request)),
    'import.start': (order) => attempt(() => datasets.startImport(order)),
    'import.problems': ({ dataset, after, limit }) => attempt(() => datasets.problems(dataset, after, limit)),
    'import.interrupted': () => attempt(() => datasets.interrupted()),
    'import.resume': ({ dataset }) => attempt(() => datasets.resumeImport(dataset)),
    'import.discard': ({ dataset }) => attempt(() => datasets.discardImport(dataset).then(() => null)),
    'import.report': ({ dataset }) => attempt(() => datasets.report(dataset)),
  }) satisfies Partial<Handlers>;
