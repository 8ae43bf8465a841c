import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';

export const runHandlers = ({ runs, passports, presets, similar }: Services) =>
  ({
    'train.presets': () => attempt(() => presets.list()),
    'train.savePreset': (request) => attempt(() => presets.save(request)),
    'train.removePreset': ({ name }) => attempt(() => (presets.remove(name), null)),
    'train.start': (request) => attempt(() => runs.start(request)),
    'runs.pause': ({ run }) => attempt(() => (runs.pause(run), null)),
    'runs.resume': ({ run }) => attempt(() => runs.resume(run)),
    'runs.stop': ({ run, keep }) => attempt(async () => (await runs.stop(run, keep), null)),
    'runs.left': () => attempt(() => runs.left()),
    'runs.resumeLeft': () => attempt(() => runs.resumeLeft()),
    'runs.forgetLeft': () => attempt(() => (runs.forgetLeft(), null)),
    'runs.list': () => attempt(() => runs.list()),
    'runs.metrics': ({ run }) => attempt(() => runs.metrics(run)),
    'runs.passport': ({ run }) => attempt(() => passports.of(run)),
    'runs.rename': ({ run, name }) => attempt(() => (runs.rename(run, name), null)),
    'runs.remove': ({ run }) => attempt(async () => (await runs.remove(run), null)),
    'runs.predict': (request) => attempt(() => runs.startPredict(request)),
    'runs.features': (request) => attempt(() => similar.startFeatures(request)),
    'runs.explain': (request) => attempt(() => runs.explain(request)),
  }) satisfies Partial<Handlers>;
