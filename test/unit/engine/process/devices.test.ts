/** Devices are tried in processes of their own, and `auto` takes the one that was measured to be the fastest. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { Devices } from '../../../../src-main/services/engine/process/devices.ts';
import { Measurements } from '../../../../src-main/services/engine/process/measurements.ts';
import type { FromEngine, ToEngine } from '../../../../src-main/services/engine/process/protocol.ts';
import type { EngineProcess } from '../../../../src-main/services/engine/process/spawn.ts';
import type { DeviceFacts } from '../../../../src-main/services/engine/runtime/inventory.ts';

const facts: DeviceFacts[] = [
  { id: 'cpu', name: 'Processor', runtime: 'R 1', memoryBytes: 1, driver: null, reason: null },
  { id: 'webgpu', name: 'Card', runtime: 'R 1', memoryBytes: 1, driver: '5', reason: null },
  { id: 'cuda', name: 'Card', runtime: 'R 1', memoryBytes: 1, driver: '5', reason: null },
  { id: 'dml', name: 'Card', runtime: 'R 1', memoryBytes: null, driver: null, reason: 'DirectML exists elsewhere.' },
];

type Answer = (message: ToEngine & { kind: 'call' }) => FromEngine | 'dies';

let folder: string;
let asked: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'poster-var-devices-'));
  asked = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function processThat(answer: Answer): EngineProcess {
  let hear: (message: FromEngine) => void = () => undefined;
  let end: (how: string) => void = () => undefined;
  return {
    pid: 1,
    post: (message) => {
      if (message.kind !== 'call') return;
      asked.push(`${message.name} ${(message.params as { device: string }).device}`);
      const reply = answer(message);
      setImmediate(() => (reply === 'dies' ? end('signal SIGSEGV') : hear(reply)));
    },
    onMessage: (listener) => (hear = listener),
    onExit: (listener) => (end = listener),
    kill: () => setImmediate(() => end('signal SIGKILL')),
  };
}

/** webgpu computes ten times as fast as cpu; cuda's driver crashes. */
const answer: Answer = ({ id, name, params }) => {
  const { device } = params as { device: string };
  if (device === 'cuda') return 'dies';
  return { kind: 'value', id, value: name === 'measure' ? (device === 'cpu' ? 0.5 : 0.05) : null };
};

function devices(with_: Answer = answer, found = facts): Devices {
  return new Devices({
    facts: () => Promise.resolve(found),
    spawn: () => processThat(with_),
    measurements: new Measurements(join(folder, 'home', 'devices.json')),
  });
}

describe('the list', () => {
  it('tries each device that may work, once, and survives a driver that crashes', async () => {
    const list = devices();
    const [cpu, webgpu, cuda, dml] = await list.list();
    expect(cpu).toMatchObject({ available: true, reason: null });
    expect(webgpu).toMatchObject({ available: true, reason: null });
    expect(cuda).toMatchObject({ available: false });
    expect(cuda?.reason).toMatch(/^The driver ended the test program: .*SIGSEGV/);
    expect(dml).toMatchObject({ available: false, reason: 'DirectML exists elsewhere.' });
    await list.list();
    expect(asked.sort()).toEqual(['probe cuda', 'probe webgpu']);
    list.forget();
    await list.list();
    expect(asked).toHaveLength(4);
  });

  it('gives the device’s own reason', async () => {
    const refuses: Answer = ({ id }) => ({
      kind: 'failure',
      id,
      failure: { kind: 'unavailable', message: 'No adapter.', remedy: '' },
    });
    expect((await devices(refuses).list()).map(({ reason }) => reason)).toEqual([
      null,
      'No adapter.',
      'No adapter.',
      'DirectML exists elsewhere.',
    ]);
  });
});

describe('the choice', () => {
  it('auto measures each usable device once, keeps the times on disk and takes the fastest', async () => {
    expect(await devices().choose('auto', 'training')).toBe('webgpu');
    const kept = JSON.parse(readFileSync(join(folder, 'home', 'devices.json'), 'utf8')) as Record<string, number>;
    expect(kept).toEqual({ 'cpu | Processor |  | R 1 | training': 0.5, 'webgpu | Card | 5 | R 1 | training': 0.05 });
    asked = [];
    expect(await devices().choose('auto', 'training')).toBe('webgpu');
    expect(asked.filter((call) => call.startsWith('measure'))).toEqual([]);
  });

  it('tells what auto takes and why, measures what is missing, and all of it again when asked', async () => {
    const list = devices();
    const none = { device: null, measured: [] };
    expect(await list.auto('no')).toEqual([
      { work: 'inference', ...none },
      { work: 'training', ...none },
    ]);
    expect(asked.filter((call) => call.startsWith('measure'))).toEqual([]);
    await list.choose('auto', 'inference');
    const times = [
      { device: 'cpu', seconds: 0.5 },
      { device: 'webgpu', seconds: 0.05 },
    ];
    expect(await list.auto('no')).toEqual([
      { work: 'inference', device: 'webgpu', measured: times },
      { work: 'training', ...none },
    ]);
    asked = [];
    expect((await list.auto('missing')).map(({ device }) => device)).toEqual(['webgpu', 'webgpu']);
    expect(asked).toEqual(['measure cpu', 'measure webgpu']);
    asked = [];
    await list.auto('again');
    expect(asked).toHaveLength(4);
  });

  it('tells that a measurement failed, and what auto takes instead', async () => {
    const fails: Answer = (message) => {
      const { device } = message.params as { device: string };
      if (message.name !== 'measure' || device === 'cpu') return answer(message);
      return { kind: 'failure', id: message.id, failure: { kind: 'engine', message: 'No memory.', remedy: '' } };
    };
    const [inference] = await devices(fails).auto('missing');
    expect(inference).toEqual({
      work: 'inference',
      device: 'cpu',
      measured: [
        { device: 'cpu', seconds: 0.5 },
        { device: 'webgpu', seconds: null },
      ],
    });
  });

  it('auto measures again after the driver or the runtime changed', async () => {
    await devices().choose('auto', 'inference');
    asked = [];
    const updated = facts.map((device) => (device.id === 'webgpu' ? { ...device, driver: '6' } : device));
    await devices(answer, updated).choose('auto', 'inference');
    expect(asked.filter((call) => call.startsWith('measure'))).toEqual(['measure webgpu']);
  });

  it('auto asks nothing where only the processor is left, and measures anew what cannot be read', async () => {
    expect(await devices(() => 'dies').choose('auto', 'inference')).toBe('cpu');
    expect(asked.filter((call) => call.startsWith('measure'))).toEqual([]);
    await devices().choose('auto', 'inference');
    writeFileSync(join(folder, 'home', 'devices.json'), '{ half');
    asked = [];
    expect(await devices().choose('auto', 'inference')).toBe('webgpu');
    expect(asked.filter((call) => call.startsWith('measure'))).toHaveLength(2);
  });

  it('a device that cannot be used is refused with its reason and what there is instead', async () => {
    const thrown: unknown = await devices()
      .choose('dml', 'inference')
      .catch((cause: unknown) => cause);
    expect(thrown).toBeInstanceOf(FailureError);
    expect((thrown as FailureError).failure).toEqual({
      kind: 'unavailable',
      message: 'The device dml cannot be used: DirectML exists elsewhere.',
      remedy: 'Choose one of: cpu, webgpu.',
    });
    expect(await devices().choose('webgpu', 'training')).toBe('webgpu');
  });
});
