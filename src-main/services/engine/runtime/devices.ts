/** The one table of devices: which runtime serves each, where it exists, and where it keeps what a training carries along. */
import { createRequire } from 'node:module';
import type { DeviceId } from '../../../../src-shared/domain/device.ts';

export type { DeviceId };

interface DeviceSpec {
  /** For people, where the hardware does not tell its name. */
  readonly title: string;
  /** ONNX Runtime's execution provider; null: TensorFlow runs the functions op by op. */
  readonly provider: string | null;
  /** How the provider is called in prose. */
  readonly api: string;
  /** Operating systems that have it; null: all. */
  readonly platforms: readonly NodeJS.Platform[] | null;
  /** `device`: outputs can stay in the device's memory and be the next run's inputs. */
  readonly residence: 'host' | 'device';
}

export const DEVICES: { readonly [D in DeviceId]: DeviceSpec } = {
  cpu: { title: 'Processor', provider: 'cpu', api: 'CPU', platforms: null, residence: 'host' },
  webgpu: { title: 'Graphics card', provider: 'webgpu', api: 'WebGPU', platforms: null, residence: 'device' },
  cuda: {
    title: 'NVIDIA graphics card',
    provider: 'cuda',
    api: 'CUDA',
    platforms: ['linux', 'win32'],
    residence: 'host',
  },
  dml: { title: 'Graphics card', provider: 'dml', api: 'DirectML', platforms: ['win32'], residence: 'host' },
  coreml: { title: 'Apple silicon', provider: 'coreml', api: 'Core ML', platforms: ['darwin'], residence: 'host' },
  tensorflow: {
    title: 'TensorFlow’s own kernels',
    provider: null,
    api: 'TensorFlow',
    platforms: ['linux', 'darwin', 'win32'],
    residence: 'device',
  },
};

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' };

/** Null where the device may exist on this operating system, else one sentence. */
export function notHere(id: DeviceId, platform: NodeJS.Platform): string | null {
  const { platforms, api } = DEVICES[id];
  if (platforms === null || platforms.includes(platform)) return null;
  const names = platforms.map((name) => SYSTEMS[name] ?? name);
  return `${api} exists on ${names.join(' and ')} only.`;
}

/** "ONNX Runtime 1.30.0". */
export function onnxRuntimeVersion(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return `ONNX Runtime ${version}`;
}
