/** From a device to what runs programs there. */
import { DEVICES } from './devices.ts';
import type { DeviceId } from './devices.ts';
import type { Executor } from './executor.ts';
import { onnxExecutor } from './onnx-executor.ts';
import { tensorflowExecutor } from './tensorflow/executor.ts';

/** @throws FailureError 'unavailable' where the device's runtime is not installed. */
export function executorFor(device: DeviceId): Executor {
  return DEVICES[device].provider === null ? tensorflowExecutor() : onnxExecutor(device);
}
