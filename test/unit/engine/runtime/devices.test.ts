/** The device list tells the truth about what runs here. */
import { expect, test } from 'vitest';
import { listDevices } from '../../../../src-main/services/engine/runtime/devices.ts';

test('the CPU is always there; another device is, or says in one sentence why not', async () => {
  const devices = await listDevices();
  expect(devices.map((device) => device.id)).toEqual(['cpu', 'webgpu']);
  const [cpu, webgpu] = devices;
  expect(cpu).toMatchObject({ available: true, provider: 'cpu' });
  expect(cpu?.reason).toBeUndefined();
  if (!webgpu?.available) expect(webgpu?.reason).toMatch(/^[A-Z].*\.$/);
});
