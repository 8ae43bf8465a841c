import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Handlers } from '../../../src-shared/contract/client.ts';
import type { EventMessage } from '../../../src-shared/contract/events.ts';
import { METHODS } from '../../../src-shared/contract/methods/index.ts';
import { composeServices, type Services } from '../../../src-main/compose.ts';
import { createHandlers } from '../../../src-main/handlers/handlers.ts';
import { createDispatch, type Dispatch } from '../../../src-main/transport/dispatch.ts';
import { makePhotos } from '../commands/photos.ts';

describe('handlers over real services', () => {
  const folder = mkdtempSync(join(tmpdir(), 'poster-var-handlers-'));
  const heard: EventMessage[] = [];
  const logged: unknown[] = [];
  let services: Services;
  let handlers: Handlers;
  let dispatch: Dispatch;

  beforeAll(async () => {
    await makePhotos(join(folder, 'photos'), 3);
    services = composeServices({ home: join(folder, 'home'), door: 'web', annotator: 'ada' });
    services.events.subscribe((message) => heard.push(message));
    handlers = createHandlers(services, { host: 'web', version: '1.2.3' });
    dispatch = createDispatch({ handlers, checkValues: true, log: (thrown) => logged.push(thrown) });
  });
  afterAll(async () => {
    await services.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('answer every method of the contract', () => {
    expect(Object.keys(handlers).sort()).toEqual(Object.keys(METHODS).sort());
  });

  it('answer with values before a project is open, never with an exception', async () => {
    expect(await dispatch('app.info', {})).toMatchObject({
      ok: true,
      value: { host: 'web', version: '1.2.3', annotator: 'ada' },
    });
    for (const method of ['project.current', 'project.recent', 'jobs.list', 'train.presets'])
      expect(await dispatch(method, {})).toMatchObject({ ok: true });
    for (const method of ['datasets.list', 'runs.list', 'labels.undo', 'labels.state'])
      expect(await dispatch(method, {})).toMatchObject({ ok: false, error: { kind: 'conflict' } });
    expect(await dispatch('project.open', { path: join(folder, 'none') })).toMatchObject({
      error: { kind: 'not-found' },
    });
    expect(await dispatch('images.page', { snapshot: 'x', offset: 0, limit: 1 })).toMatchObject({ ok: false });
    expect(logged).toEqual([]);
  });

  it('carry a person from an empty folder to a label that is undone', async () => {
    const get = async (method: string, params: object): Promise<unknown> => {
      const result = await dispatch(method, params);
      if (!result.ok) throw new Error(`${method}: ${result.error.message}`);
      return result.value;
    };
    await get('project.create', { path: join(folder, 'study'), name: 'Study' });
    expect(await get('project.current', {})).toMatchObject({ name: 'Study' });
    const source = join(folder, 'photos');
    expect(await get('import.detect', { source })).toMatchObject([{ format: 'folders' }]);
    const { job } = (await get('import.start', { source, format: 'auto', name: 'photos' })) as { job: number };
    await services.workspace.require().jobs.finished(job);
    const [dataset] = (await get('datasets.list', {})) as { id: number }[];
    expect(await get('import.report', { dataset: dataset?.id })).toMatchObject({ images: 8, broken: 1 });

    const query = { dataset: dataset?.id, run: null, q: 'label:sad', sort: 'path', descending: false };
    const { snapshot, total } = (await get('images.open', query)) as { snapshot: string; total: number };
    expect(total).toBe(3);
    const [row] = (await get('images.page', { snapshot, offset: 0, limit: 1 })) as { id: number }[];
    const image = row?.id ?? -1;
    const change = { kind: 'hard', label: 'happy' };
    expect(await get('labels.apply', { on: { images: [image] }, change })).toMatchObject({ changed: 1, canUndo: true });
    expect(await get('images.get', { image, run: null })).toMatchObject({ row: { label: 'happy', reviewed: true } });
    await get('labels.undo', {});
    expect(await get('images.get', { image, run: null })).toMatchObject({ row: { label: 'sad' } });
    expect(await get('images.locate', { snapshot, image })).toBe(0);
    await get('datasets.remove', { dataset: dataset?.id });
    expect(await get('datasets.list', {})).toEqual([]);

    const told = new Set(heard.map(({ event }) => event));
    expect([...told].sort()).toEqual(['datasets.changed', 'job.changed', 'labels.changed', 'project.changed']);
    await get('project.forget', { path: join(folder, 'study') });
    expect(await get('project.recent', {})).toEqual([]);
    expect(logged).toEqual([]);
  });

  it('keep a second process out of an open project, naming who holds it', async () => {
    const other = composeServices({ home: join(folder, 'home2'), door: 'cli' });
    const second = createHandlers(other, { host: 'desktop', version: '1.2.3' });
    expect(await second['project.open']({ path: join(folder, 'study') })).toMatchObject({
      ok: false,
      error: { kind: 'locked', message: expect.stringContaining('the web host') as string },
    });
    await other.close();
  });
});
