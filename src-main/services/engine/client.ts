/** The engine as the services see it: typed calls to processes that start when needed and may die without harm. */
import type { Engine } from './interface.ts';
import { Lane } from './process/lane.ts';
import { forkEngine } from './process/spawn.ts';
import type { SpawnEngine } from './process/spawn.ts';

export { NODE_ARGUMENTS } from './process/spawn.ts';
export type { EngineProcess, EngineProgram, SpawnEngine } from './process/spawn.ts';

export interface EngineOptions {
  /** How an engine process is started; by default as a child of this Node process, from source. */
  readonly spawn?: SpawnEngine;
}

/**
 * Two processes, both started by the first call that needs them: one works (train, predict), the other answers questions that a
 * person is waiting for (explain, inspect, devices) while the first is busy for minutes. In each, calls run one at a time.
 */
export function createEngine({ spawn = (program) => forkEngine(program) }: EngineOptions = {}): Engine {
  const work = new Lane(() => spawn('engine'));
  const answers = new Lane(() => spawn('engine'));
  return {
    devices: () => answers.call('devices', null),
    inspect: (checkpoint) => answers.call('inspect', { checkpoint }),
    explain: (request) => answers.call('explain', request),
    initialise: (request) => answers.call('initialise', request),
    predict: async (request, onBatch, signal) => {
      await work.call('predict', request, onBatch, signal);
    },
    features: async (request, onBatch, signal) => {
      await work.call('features', request, onBatch, signal);
    },
    trainHead: (plan, onEpoch, signal) => work.call('trainHead', plan, onEpoch, signal),
    train: (plan, onEvent, signal) => work.call('train', plan, onEvent, signal),
    close: async () => {
      await Promise.all([work.close(), answers.close()]);
    },
  };
}
