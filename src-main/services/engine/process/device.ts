/** From what a person chose to a device that is there. */
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { DeviceChoice } from '../../../../src-shared/domain/run.ts';
import { listDevices } from '../runtime/devices.ts';
import type { DeviceId } from '../runtime/devices.ts';

/**
 * What `auto` looks for, from the best down. Training keeps to the processor: there, equal settings give equal numbers on every
 * run, and a step's state does not cross the bus twice.
 */
const PREFERENCE: Readonly<Record<'inference' | 'training', readonly DeviceId[]>> = {
  inference: ['webgpu', 'cpu'],
  training: ['cpu'],
};

/** @throws FailureError 'unavailable' for a device that cannot be used here, with the reason. */
export async function chooseDevice(choice: DeviceChoice, work: keyof typeof PREFERENCE): Promise<DeviceId> {
  if (choice === 'cpu') return choice;
  if (choice === 'auto' && PREFERENCE[work].length === 1) return PREFERENCE[work][0] ?? 'cpu';
  const devices = await listDevices();
  if (choice === 'auto') {
    const best = PREFERENCE[work].find((id) => devices.some((device) => device.id === id && device.available));
    return best ?? 'cpu';
  }
  const device = devices.find(({ id }) => id === choice);
  if (device?.available) return choice;
  throw new FailureError({
    kind: 'unavailable',
    message: `The device ${choice} cannot be used: ${device?.reason ?? 'it is not known here.'}`,
    remedy: `Choose one of: ${devices.flatMap(({ id, available }) => (available ? [id] : [])).join(', ')}.`,
  });
}
