/** Which devices can run the engine's graphs here. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { toOnnx } from '../trace/onnx.ts';
import { trace } from '../trace/trace.ts';

export type DeviceId = 'cpu' | 'webgpu';

export interface DeviceInfo {
  readonly id: DeviceId;
  /** For people: the processor's own name. */
  readonly name: string;
  /** ONNX Runtime's execution provider. */
  readonly provider: string;
  readonly available: boolean;
  /** When it is not available: one sentence why. */
  readonly reason?: string;
}

const PROBE_TIMEOUT_MS = 20_000;

/**
 * Opens a tiny session on a provider and runs it. A program of its own, because a driver's failure can end a process.
 * Plain text, because it has to run from sources, from a bundle and under Electron alike.
 */
const PROBE = `
  const [runtime, provider, model] = process.argv.slice(-3);
  const { InferenceSession, Tensor } = require(runtime);
  (async () => {
    const session = await InferenceSession.create(Buffer.from(model, 'base64'), {
      executionProviders: [provider], logSeverityLevel: 4,
    });
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, -2), [2]) });
    if (y.data[0] !== 2 || y.data[1] !== -4) throw new Error('it computes wrong numbers');
    process.stdout.write('works');
  })().catch((error) => { process.stderr.write(error.message); process.exitCode = 1; });
`;

let found: Promise<readonly DeviceInfo[]> | null = null;

/** All devices of this machine, looked up once a process. */
export function listDevices(): Promise<readonly DeviceInfo[]> {
  found ??= webgpu().then((gpu) => [cpu(), gpu]);
  return found;
}

function cpu(): DeviceInfo {
  const processors = cpus();
  const name = `${processors[0]?.model.trim() ?? 'CPU'} (${processors.length} threads)`;
  return { id: 'cpu', name, provider: 'cpu', available: true };
}

async function webgpu(): Promise<DeviceInfo> {
  const device = { id: 'webgpu', name: 'GPU through WebGPU', provider: 'webgpu' } as const;
  const failure = await probe('webgpu');
  return failure === null ? { ...device, available: true } : { ...device, available: false, reason: failure };
}

/** Null when the provider works, else one sentence. */
function probe(provider: DeviceId): Promise<string | null> {
  const model = toOnnx(trace(({ x }) => ({ y: tf.add(x, x) }), { x: { shape: [2] } }));
  const runtime = createRequire(import.meta.url).resolve('onnxruntime-node');
  const child = spawn(process.execPath, ['-e', PROBE, runtime, provider, Buffer.from(model).toString('base64')], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PROBE_TIMEOUT_MS,
    windowsHide: true,
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`The test program could not start: ${error.message}.`));
    child.on('close', (code, signal) => {
      if (code === 0 && output.endsWith('works')) resolve(null);
      else if (/adapter/i.test(errors)) resolve('No graphics adapter that WebGPU can use was found.');
      else if (signal) resolve(`The graphics driver ended the test program (${signal}).`);
      else resolve(`WebGPU could not be started: ${firstSentence(errors)}`);
    });
  });
}

function firstSentence(text: string): string {
  const line = text.split('\n').find((part) => part.trim() !== '');
  return line ? `${line.trim().replace(/\.$/, '').slice(0, 200)}.` : 'it gave no reason.';
}
