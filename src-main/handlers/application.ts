import { homedir } from 'node:os';
import type { Handlers } from '../../src-shared/contract/client.ts';
import { attempt } from '../../src-shared/domain/failure.ts';
import type { Services } from '../compose.ts';
import { listFolder } from '../services/files/browse.ts';

/** Which host the handlers answer for. */
export interface HostInfo {
  readonly host: 'desktop' | 'web';
  readonly version: string;
}

export const applicationHandlers = ({ workspace, sample, storage, annotator }: Services, { host, version }: HostInfo) =>
  ({
    'app.info': () => attempt(() => ({ version, host, platform: process.platform, homeFolder: homedir(), annotator })),
    'project.recent': () => attempt(() => workspace.recent()),
    'project.current': () => attempt(() => workspace.current()),
    'project.create': ({ path, name }) => attempt(() => workspace.create(path, name)),
    'project.open': ({ path }) => attempt(() => workspace.open(path)),
    'project.openSample': () => attempt(() => sample.open()),
    'project.forget': ({ path }) => attempt(() => (workspace.forget(path), null)),
    'storage.measure': () => attempt(() => storage.measure()),
    'storage.clear': ({ name }) => attempt(() => storage.clear(name)),
    'files.list': ({ path }) => attempt(() => listFolder(path)),
  }) satisfies Partial<Handlers>;
