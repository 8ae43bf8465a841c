/** Where models can run. */
import { z } from 'zod';
import { Failure } from './failure.ts';

/** `tensorflow` is TensorFlow's own kernels, on the processor or an NVIDIA GPU; all others are ONNX Runtime's providers. */
export const DeviceId = z.enum(['cpu', 'webgpu', 'cuda', 'dml', 'coreml', 'tensorflow']);
export type DeviceId = z.infer<typeof DeviceId>;

/** `auto` takes the device that a short measurement found to be the fastest here. */
export const DeviceChoice = z.enum(['auto', ...DeviceId.options]);
export type DeviceChoice = z.infer<typeof DeviceChoice>;

export const Device = z.object({
  id: DeviceId,
  /** For people: the processor's or the graphics card's own name where it is known. */
  name: z.string(),
  /** What computes there, with its version: "ONNX Runtime 1.30.0, WebGPU". */
  runtime: z.string(),
  /** Memory that it computes in; null where it cannot be told. */
  memoryBytes: z.number().nullable(),
  /** Of a graphics card; null where there is none or it cannot be told. */
  driver: z.string().nullable(),
  available: z.boolean(),
  /** One sentence why it cannot be used; null when it can. */
  reason: z.string().nullable(),
});
export type Device = z.infer<typeof Device>;

/** Kinds of work that `auto` chooses a device for, each by a measurement of its own. */
export const DeviceWork = z.enum(['inference', 'training']);
export type DeviceWork = z.infer<typeof DeviceWork>;

/** What `auto` takes for a kind of work, and from which measurement. */
export const AutoChoice = z.object({
  work: DeviceWork,
  /** Null while it is not known: the devices that can be used have not been measured. */
  device: DeviceId.nullable(),
  /** Seconds of a small piece of such work, by device; null where the measurement failed. Empty where only one can be used. */
  measured: z.array(z.object({ device: DeviceId, seconds: z.number().nullable() })),
});
export type AutoChoice = z.infer<typeof AutoChoice>;

/** `wheel`: built here against the library of a current Python wheel; `package`: the older one that the npm package brings. */
export const TensorflowSource = z.enum(['wheel', 'package']);
export type TensorflowSource = z.infer<typeof TensorflowSource>;

export const TensorflowRequest = z.object({
  /** With kernels for NVIDIA graphics cards. */
  cuda: z.boolean(),
  /** Where the library comes from; by default what suits this machine. */
  source: TensorflowSource.optional(),
});
export type TensorflowRequest = z.infer<typeof TensorflowRequest>;

export const TensorflowStatus = z.object({
  /** Where it lies, or would. */
  folder: z.string(),
  installed: z.object({ version: z.string(), cuda: z.boolean(), source: TensorflowSource }).nullable(),
  /** What would keep it from being installed, and what to do about it; null where nothing would. */
  obstacle: Failure.nullable(),
});
export type TensorflowStatus = z.infer<typeof TensorflowStatus>;
