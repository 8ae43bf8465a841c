import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const labelHandlers = ({ labels }: Services) =>
  ({
    'labels.apply': (request) => attempt(() => labels.apply(request)),
    'labels.undo': ({ annotator }) => attempt(() => labels.undo(annotator)),
    'labels.redo': ({ annotator }) => attempt(() => labels.redo(annotator)),
    'labels.agreement': ({ dataset }) => attempt(() => labels.agreement(dataset)),
    'labels.annotators': () => attempt(() => labels.annotators()),
    'labels.state': ({ annotator }) => attempt(() => labels.state(annotator)),
    'history.page': ({ filter, before, limit }) => attempt(() => labels.events(filter, before, limit)),
    'history.summary': ({ filter }) => attempt(() => labels.eventSummary(filter)),
    'history.revert': ({ what, annotator }) => attempt(() => labels.revert(what, annotator)),
  }) satisfies Partial<Handlers>;
