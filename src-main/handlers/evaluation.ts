import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const evaluationHandlers = ({ evaluations }: Services) =>
  ({
    'runs.evaluate': (request) => attempt(() => evaluations.evaluate(request)),
    'runs.intervals': (request) => attempt(() => evaluations.intervals(request)),
    'runs.sigmaErrors': (request) => attempt(() => evaluations.sigmaErrors(request)),
    'runs.slices': (request) => attempt(() => evaluations.slices(request)),
    'runs.confusions': (request) => attempt(() => evaluations.confusions(request)),
    'datasets.balance': (request) => attempt(() => evaluations.balance(request)),
    'runs.uncertainty': (request) => attempt(() => evaluations.uncertainty(request)),
    'runs.compare': (request) => attempt(() => evaluations.compare(request)),
  }) satisfies Partial<Handlers>;
