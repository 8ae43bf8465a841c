import { describe, expect, it } from 'vitest';
import type { EventMessage } from '../../../src-shared/contract/events.ts';
import { ok } from '../../../src-shared/domain/failure.ts';
import { EventBus } from '../../../src-main/transport/bus.ts';
import { createDispatch } from '../../../src-main/transport/dispatch.ts';
import { createBridge, type IpcCaller } from '../../../src-main/transport/electron/bridge.ts';
import { forwardEvents, serveCalls, type Frame } from '../../../src-main/transport/electron/ipc.ts';
import { CALL_CHANNEL, EVENT_CHANNEL, ORIGIN } from '../../../src-main/transport/electron/names.ts';
import { fakeHandlers } from '../transport/fakes.ts';
import { FakeContents, FakeIpc } from './fakes.ts';

const page: Frame = { origin: ORIGIN, parent: null };

function setUp() {
  const { handlers, ran } = fakeHandlers({ 'images.locate': ({ image }) => Promise.resolve(ok(image)) });
  const ipc = new FakeIpc();
  const stop = serveCalls(ipc, createDispatch({ handlers, checkValues: true, log: () => undefined }));
  return { ipc, ran, stop };
}

describe('calls over IPC', () => {
  const params = { snapshot: 's', image: 4 };

  it('run for the main frame of our own page', async () => {
    const { ipc, ran, stop } = setUp();
    expect(await ipc.call(CALL_CHANNEL, page, 'images.locate', params)).toEqual(ok(4));
    expect(ran).toEqual(['images.locate']);
    stop();
    await expect(ipc.call(CALL_CHANNEL, page, 'images.locate', params)).rejects.toThrow('no handler');
  });

  const strangers: [string, Frame | null][] = [
    ['a frame that is gone', null],
    ['a frame within our page', { origin: ORIGIN, parent: page }],
    ['a frame of another page within our page', { origin: 'https://evil.test', parent: page }],
    ['another host of the scheme', { origin: 'app://workbench.evil', parent: null }],
    ['another scheme', { origin: 'file://', parent: null }],
    ['an opaque origin', { origin: 'null', parent: null }],
    ['a longer origin', { origin: `${ORIGIN}/`, parent: null }],
  ];
  it.each(strangers)('are rejected, not answered with silence, for %s', async (_who, frame) => {
    const { ipc, ran } = setUp();
    await expect(ipc.call(CALL_CHANNEL, frame, 'images.locate', params)).rejects.toThrow(/^Refused/);
    expect(ran).toEqual([]);
  });

  it('with any payload run no handler that the contract does not allow', async () => {
    const { ipc, ran } = setUp();
    const names = ['images.locate', 'toString', '__proto__', '', null, 3, {}, []];
    const payloads = [
      undefined,
      null,
      1,
      'x',
      [],
      {},
      { snapshot: 1, image: 1 },
      { snapshot: 's', image: 1.5 },
      { snapshot: 's', image: NaN },
    ];
    for (const name of names)
      for (const payload of payloads) {
        const result = await ipc.call(CALL_CHANNEL, page, name, payload);
        expect(result).toMatchObject({ ok: false });
      }
    expect(ran).toEqual([]);
  });
});

describe('events over IPC', () => {
  it('reach the page that is there, and nobody once it is gone', () => {
    const bus = new EventBus(true);
    const contents = new FakeContents();
    let there: FakeContents | null = null;
    const stop = forwardEvents(bus, () => there);
    bus.emit('datasets.changed', { dataset: 1 });
    there = contents;
    bus.emit('datasets.changed', { dataset: 2 });
    contents.destroyed = true;
    bus.emit('datasets.changed', { dataset: 3 });
    contents.destroyed = false;
    stop();
    bus.emit('datasets.changed', { dataset: 4 });
    expect(contents.sent).toEqual([[EVENT_CHANNEL, { event: 'datasets.changed', payload: { dataset: 2 } }]]);
  });
});

describe('the bridge', () => {
  it('offers call, on and where a file lies, each event to its own listeners until they are done', async () => {
    const listeners = new Set<(event: unknown, ...args: unknown[]) => void>();
    const invoked: unknown[][] = [];
    const ipc: IpcCaller = {
      invoke: (...args) => {
        invoked.push(args);
        return Promise.resolve(ok([]));
      },
      on: (_channel, listener) => listeners.add(listener),
      removeListener: (_channel, listener) => listeners.delete(listener),
    };
    const bridge = createBridge(ipc, (file) => `/faces/${file.name}`);
    expect(Object.keys(bridge)).toEqual(['call', 'on', 'pathOf']);
    expect(bridge.pathOf(new File([], 'a.png'))).toBe('/faces/a.png');
    expect(await bridge.call('runs.list', {})).toEqual(ok([]));
    expect(invoked).toEqual([[CALL_CHANNEL, 'runs.list', {}]]);

    const heard: number[] = [];
    const off = bridge.on('run.removed', ({ run }) => heard.push(run));
    const send = (message: EventMessage): void => listeners.forEach((listener) => listener({}, message));
    send({ event: 'run.removed', payload: { run: 5 } });
    send({ event: 'datasets.changed', payload: { dataset: 6 } });
    off();
    send({ event: 'run.removed', payload: { run: 7 } });
    expect(heard).toEqual([5]);
  });
});
