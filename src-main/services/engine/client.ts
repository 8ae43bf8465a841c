/** The engine as the services see it: typed calls to processes that start when needed and may die without harm. */
import { join } from 'node:path';
import { applicationHome } from '../../home.ts';
import { fileHash } from '../files/hash.ts';
import { hasResumePoint } from './checkpoint/resume.ts';
import type { Engine } from './interface.ts';
import { Devices } from './process/devices.ts';
import { withAllPlain, withPlain } from './process/foreign.ts';
import { Lane } from './process/lane.ts';
import { Measurements } from './process/measurements.ts';
import { forkEngine } from './process/spawn.ts';
import type { EngineProcess, SpawnEngine } from './process/spawn.ts';
import { memoryEnvironment } from './runtime/memory.ts';
import { tensorflowEnvironment, tensorflowFolder } from './runtime/tensorflow/place.ts';

export { NODE_ARGUMENTS } from './process/spawn.ts';
export type { EngineProcess, EngineProgram, SpawnEngine } from './process/spawn.ts';

export interface EngineOptions {
  /** How an engine process is started; by default as a child of this Node process, from source. */
  readonly spawn?: SpawnEngine;
  /** The application's folder, which holds TensorFlow where it is installed, and how fast each device was. */
  readonly home?: string;
}

/**
 * Two processes, both started by the first call that needs them: one works (train, predict), the other answers questions that a
 * person is waiting for (explain, inspect) while the first is busy for minutes. In each, calls run one at a time.
 */
export function createEngine({ spawn = forkEngine, home = applicationHome() }: EngineOptions = {}): Engine {
  const start = (): EngineProcess =>
    spawn('engine', { POSTER_VAR_HOME: home, ...tensorflowEnvironment(tensorflowFolder(home)) });
  const startWork = (): EngineProcess =>
    spawn('engine', {
      POSTER_VAR_HOME: home,
      ...tensorflowEnvironment(tensorflowFolder(home)),
      ...memoryEnvironment(),
    });
  const work = new Lane(startWork);
  const answers = new Lane(start);
  const alone = new Set<Lane>();
  const devices = new Devices({
    facts: () => answers.call('inventory', null),
    spawn: startWork,
    measurements: new Measurements(join(home, 'devices.json')),
  });
  return {
    devices: async ({ refresh = false } = {}) => {
      if (refresh) devices.forget();
      return [...(await devices.list())];
    },
    auto: (measure) => devices.auto(measure),
    benchmark: async (request, onPass, signal) => {
      await devices.choose(request.device, 'inference');
      const lane = new Lane(start);
      const stop = (): void => void lane.close();
      alone.add(lane);
      signal.addEventListener('abort', stop);
      try {
        return await lane.call('benchmark', request, onPass, signal);
      } finally {
        signal.removeEventListener('abort', stop);
        alone.delete(lane);
        await lane.close();
      }
    },
    inspect: (checkpoint) => answers.call('inspect', { checkpoint }),
    explain: async (request) => {
      const device = await devices.choose(request.device, 'inference');
      return answers.call('explain', { ...request, device });
    },
    examine: ({ file, vich }) =>
      withPlain(spawn, file, async ({ plain, format, bytes, unknown }) => {
        const { order, metadata, ...found } = await answers.call('examine', { plain, vich });
        return {
          ...found,
          path: file,
          format,
          bytes,
          facts: [...metadata].map(([name, value]) => ({ name, value })),
          unknown: [...unknown],
          order: order && [...order],
        };
      }),
    adopt: ({ file, ...request }) =>
      withPlain(spawn, file, async ({ plain }) =>
        answers.call('adopt', { ...request, plain, sourceHash: await fileHash(file) }),
      ),
    exportModel: (request) => answers.call('exportModel', request),
    initialise: (request) =>
      withAllPlain(spawn, request.from ?? [], (from) => answers.call('initialise', { ...request, from })),
    predict: async (request, onBatch, signal) => {
      const device = await devices.choose(request.device, 'inference');
      await work.call('predict', { ...request, device }, onBatch, signal);
    },
    train: async (plan, onEvent, signal) => {
      const device = await devices.choose(plan.device, 'training');
      // Where a run goes on, all of its weights are in the point: the files that it began from may be gone.
      const goesOn = plan.resume && (await hasResumePoint(plan.folder));
      const initialNames = goesOn ? [] : (plan.initialWeights ?? []);
      try {
        return await withAllPlain(spawn, initialNames, (initialWeights) =>
          work.call('train', { ...plan, initialWeights, initialNames, device }, onEvent, signal),
        );
      } finally {
        // Gigabytes that its process would keep.
        work.rest();
      }
    },
    features: async (request, onBatch, signal) => {
      const device = await devices.choose(request.device, 'inference');
      await work.call('features', { ...request, device }, onBatch, signal);
    },
    rangeTest: async ({ plan, ...range }, onStep, signal) => {
      const device = await devices.choose(plan.device, 'training');
      await withAllPlain(spawn, plan.initialWeights ?? [], (initialWeights) =>
        work.call('rangeTest', { plan: { ...plan, initialWeights, device }, ...range }, onStep, signal),
      );
    },
    measureBatch: async (plan, signal) => {
      const device = await devices.choose(plan.device, 'training');
      return withAllPlain(spawn, plan.initialWeights ?? [], (initialWeights) =>
        work.call('measureBatch', { ...plan, initialWeights, device }, undefined, signal),
      );
    },
    augmented: (request) => answers.call('augmented', request),
    trainHead: async (plan, onEpoch, signal) => {
      // A head's step takes a fraction of a millisecond on the processor: what a graphics card gains is lost on the way there.
      const device = plan.device === 'auto' ? 'cpu' : await devices.choose(plan.device, 'training');
      return work.call('trainHead', { ...plan, device }, onEpoch, signal);
    },
    close: async () => {
      await Promise.all([devices.close(), work.close(), answers.close(), ...[...alone].map((lane) => lane.close())]);
    },
  };
}
