import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const labelHandlers = ({ history, labels, team }: Services) =>
  ({
    'labels.apply': (request) => attempt(() => labels.apply(request)),
    'labels.undo': ({ annotator }) => attempt(() => labels.undo(annotator)),
    'labels.redo': ({ annotator }) => attempt(() => labels.redo(annotator)),
    'labels.agreement': ({ dataset }) => attempt(() => team.agreement(dataset)),
    'labels.consensus': (request) => attempt(() => team.consensus(request)),
    'labels.applyConsensus': (request) => attempt(() => team.applyConsensus(request)),
    'merge.plan': (source) => attempt(() => team.planMerge(source)),
    'merge.apply': (request) => attempt(() => team.merge(request)),
    'rounds.list': ({ dataset }) => attempt(() => team.rounds(dataset)),
    'rounds.start': (request) => attempt(() => team.startRound(request)),
    'rounds.remove': ({ round }) => attempt(() => team.removeRound(round)),
    'labels.annotators': () => attempt(() => history.annotators()),
    'labels.state': ({ annotator }) => attempt(() => labels.state(annotator)),
    'history.page': ({ filter, before, limit }) => attempt(() => history.page(filter, before, limit)),
    'history.summary': ({ filter }) => attempt(() => history.summary(filter)),
    'history.revert': ({ what, annotator }) => attempt(() => labels.revert(what, annotator)),
  }) satisfies Partial<Handlers>;
