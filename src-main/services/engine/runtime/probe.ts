/** Tries a device out: whether it computes, and how fast. In a process of its own, which a driver's failure may end. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { DeviceWork } from '../../../../src-shared/domain/device.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import '../model/gradients.ts';
import type { Program } from '../trace/program.ts';
import { DEVICES } from './devices.ts';
import type { DeviceId } from './devices.ts';
import { executorFor } from './executors.ts';

const DOUBLE: Program<'x'> = {
  name: 'probe',
  inputs: { x: { shape: [2] } },
  fn: ({ x }) => ({ y: tf.add(x, x) }),
};

/** @throws FailureError 'unavailable' with one sentence why the device cannot be used. */
export async function probe(device: DeviceId): Promise<void> {
  try {
    const executable = await executorFor(device).open(DOUBLE);
    const y = (await executable.run({ x: Float32Array.of(1, -2) })).numbers('y');
    if (y[0] !== 2 || y[1] !== -4) throw new Error('it computes wrong numbers');
    await executable.dispose();
  } catch (thrown) {
    if (thrown instanceof FailureError) throw thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new FailureError({ kind: 'unavailable', message: reasonOf(device, message), remedy: '' });
  }
}

function reasonOf(device: DeviceId, message: string): string {
  const { api } = DEVICES[device];
  if (/adapter/i.test(message)) return `No graphics adapter that ${api} can use was found.`;
  const missing =
    /(lib[\w.+-]+\.so[\w.]*|[\w.+-]+\.dll): cannot open shared object|LoadLibrary failed.*?([\w.+-]+\.dll)/.exec(
      message,
    );
  const library = missing?.[1] ?? missing?.[2];
  if (library !== undefined) return `${api} needs the library ${library}, which was not found.`;
  const line = message.split('\n').find((part) => part.trim() !== '');
  return `${api} could not be started: ${(line ?? 'it gave no reason').trim().replace(/\.$/, '').slice(0, 200)}.`;
}

const BATCH = 8;
const SIDE = 14;
const CHANNELS = 256;

/** Two of the convolutions that most of a forward pass is made of (IR50's third body), or these with their gradients. */
function workload(work: DeviceWork): Program<'x' | 'filter'> {
  const unit = (x: Tensor, filter: Tensor): Tensor => {
    const ready = tf.transpose(filter, [2, 3, 1, 0]) as Tensor4D;
    return tf.conv2d(tf.relu(tf.conv2d(x as Tensor4D, ready, 1, 1)), ready, 1, 1);
  };
  return {
    name: `measure-${work}`,
    inputs: { x: { shape: [BATCH, SIDE, SIDE, CHANNELS] }, filter: { shape: [CHANNELS, CHANNELS, 3, 3] } },
    fn: ({ x, filter }) => {
      if (work === 'inference') return { sum: tf.sum(unit(x, filter)) };
      const [dx, dFilter] = tf.grads((a, b) => tf.sum(tf.square(unit(a, b))))([x, filter]);
      return { sum: tf.add(tf.sum(dx ?? x), tf.sum(dFilter ?? filter)) };
    },
  };
}

const RUNS = 3;
const ENOUGH_SECONDS = 1;

/** Seconds of the fastest of a few runs; a slow device is not measured longer than needed. */
export async function measure(device: DeviceId, work: DeviceWork): Promise<number> {
  const program = workload(work);
  const executable = await executorFor(device).open(program);
  const filled = (size: number): Float32Array => new Float32Array(size).fill(1e-3);
  const feeds = { x: filled(BATCH * SIDE * SIDE * CHANNELS), filter: filled(CHANNELS * CHANNELS * 9) };
  const seconds = async (): Promise<number> => {
    const start = performance.now();
    (await executable.run(feeds)).numbers('sum');
    return (performance.now() - start) / 1000;
  };
  let best = await seconds();
  // The first run compiles shaders and fills caches.
  for (let run = 0, spent = 0; run < RUNS && spent < ENOUGH_SECONDS; run += 1) {
    const time = await seconds();
    spent += time;
    best = run === 0 ? time : Math.min(best, time);
  }
  await executable.dispose();
  return best;
}
