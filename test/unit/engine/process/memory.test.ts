/** Which engine processes keep the memory that they free: those that train and predict, and they end after a training. */
import { afterEach, expect, test } from 'vitest';
import { createEngine } from '../../../../src-main/services/engine/client.ts';
import type { Engine, TrainingPlan } from '../../../../src-main/services/engine/interface.ts';
import type { FromEngine, ToEngine } from '../../../../src-main/services/engine/process/protocol.ts';
import type { EngineProcess } from '../../../../src-main/services/engine/process/spawn.ts';
import { memoryEnvironment } from '../../../../src-main/services/engine/runtime/memory.ts';

interface Started {
  readonly environment: Readonly<Record<string, string>>;
  isGone: boolean;
}

const { GLIBC_TUNABLES: tunables } = memoryEnvironment();
const started: Started[] = [];
let engine: Engine;

/** A process that answers each call at once, with nothing. */
function answering(environment: Readonly<Record<string, string>>): EngineProcess {
  const own: Started = { environment, isGone: false };
  started.push(own);
  let say: (message: FromEngine) => void = () => undefined;
  let die: (how: string) => void = () => undefined;
  return {
    pid: started.length,
    post: (message: ToEngine) => {
      if (message.kind === 'call') queueMicrotask(() => say({ kind: 'value', id: message.id, value: null }));
    },
    onMessage: (listener) => (say = listener),
    onExit: (listener) => (die = listener),
    kill: () => {
      own.isGone = true;
      die('signal SIGKILL');
    },
  };
}

afterEach(() => engine.close());

test.runIf(process.platform === 'linux')('work keeps its memory until a training ends, answers do not', async () => {
  engine = createEngine({ spawn: (_, environment = {}) => answering(environment) });
  await engine.inspect('a');
  await engine.predict({ checkpoint: 'a', files: [], device: 'cpu' }, () => undefined, new AbortController().signal);
  expect(started.map(({ environment }) => environment['GLIBC_TUNABLES'])).toEqual([undefined, tunables]);
  expect(started.map(({ isGone }) => isGone)).toEqual([false, false]);
  const plan = { device: 'cpu', settings: {}, train: [] } as unknown as TrainingPlan;
  await engine.train(plan, () => undefined, new AbortController().signal);
  expect(started.map(({ isGone }) => isGone)).toEqual([false, true]);
  await engine.predict({ checkpoint: 'a', files: [], device: 'cpu' }, () => undefined, new AbortController().signal);
  expect(started).toHaveLength(3);
});
