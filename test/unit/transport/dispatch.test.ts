import { describe, expect, it } from 'vitest';
import { FailureError, fail, ok } from '../../../src-shared/domain/failure.ts';
import { createDispatch } from '../../../src-main/transport/dispatch.ts';
import { fakeHandlers } from './fakes.ts';

function setUp(own: Parameters<typeof fakeHandlers>[0], checkValues = false) {
  const { handlers, ran } = fakeHandlers(own);
  const logged: unknown[] = [];
  return { dispatch: createDispatch({ handlers, checkValues, log: (thrown) => logged.push(thrown) }), ran, logged };
}

describe('dispatch', () => {
  it('hands checked params on and returns what the handler returns', async () => {
    const { dispatch } = setUp({ 'images.locate': ({ image }) => Promise.resolve(ok(image * 2)) });
    expect(await dispatch('images.locate', { snapshot: 's', image: 21 })).toEqual(ok(42));
  });

  it('names the field of params that do not fit, without running the handler', async () => {
    const { dispatch, ran } = setUp({});
    expect(await dispatch('images.page', { snapshot: 's', offset: 0, limit: 501 })).toMatchObject({
      ok: false,
      error: { kind: 'invalid', message: expect.stringContaining('images.page: limit:') as string },
    });
    expect(await dispatch('train.start', { dataset: 1 })).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    expect(await dispatch('jobs.list', { extra: 1 })).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('extra') as string },
    });
    expect(await dispatch('jobs.list', null)).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    expect(ran).toEqual([]);
  });

  it.each(['no.such', 'toString', '__proto__', 'constructor', '', 7, null, {}])(
    'refuses the method %j',
    async (name) => {
      const { dispatch, ran } = setUp({});
      expect(await dispatch(name, {})).toMatchObject({ ok: false, error: { kind: 'not-found' } });
      expect(ran).toEqual([]);
    },
  );

  it('passes failures on as they are, and makes a thrown defect "internal" with a line in the log', async () => {
    const defect = new RangeError('index out of range');
    const { dispatch, logged } = setUp({
      'labels.undo': () => Promise.resolve(fail('conflict', 'Nothing to undo.')),
      'labels.redo': () => Promise.reject(new FailureError({ kind: 'locked', message: 'Locked.', remedy: '' })),
      'labels.state': () => Promise.reject(defect),
    });
    expect(await dispatch('labels.undo', {})).toEqual(fail('conflict', 'Nothing to undo.'));
    expect(await dispatch('labels.redo', {})).toEqual(fail('locked', 'Locked.'));
    expect(logged).toEqual([]);
    expect(await dispatch('labels.state', {})).toMatchObject({ ok: false, error: { kind: 'internal' } });
    expect(logged).toEqual([defect]);
  });

  it('finds a value that breaks the contract where it is asked to check', async () => {
    const own = { 'images.locate': () => Promise.resolve(ok(1.5)) };
    expect(await setUp(own).dispatch('images.locate', { snapshot: 's', image: 1 })).toEqual(ok(1.5));
    const { dispatch, logged } = setUp(own, true);
    expect(await dispatch('images.locate', { snapshot: 's', image: 1 })).toMatchObject({ error: { kind: 'internal' } });
    expect(String(logged[0])).toContain('images.locate returned a value that breaks the contract');
  });
});
