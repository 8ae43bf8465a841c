/** The device table is whole and says in a sentence what this machine does not have. */
import { describe, expect, test } from 'vitest';
import { DeviceId } from '../../../../src-shared/domain/device.ts';
import { DEVICES, notHere } from '../../../../src-main/services/engine/runtime/devices.ts';
import {
  graphicsCards,
  nvidiaCards,
  softwareRenderer,
  windowsCards,
} from '../../../../src-main/services/engine/runtime/hardware.ts';
import { inventory } from '../../../../src-main/services/engine/runtime/inventory.ts';

const SENTENCE = /^[A-Z].*\.$/;

test('every device that a person can choose stands in the table', () => {
  expect(Object.keys(DEVICES)).toEqual(DeviceId.options);
});

test('a device of another operating system names it', () => {
  expect(notHere('dml', 'linux')).toBe('DirectML exists on Windows only.');
  expect(notHere('coreml', 'win32')).toBe('Core ML exists on macOS only.');
  expect(notHere('cuda', 'darwin')).toBe('CUDA exists on Linux and Windows only.');
  expect(notHere('coreml', 'darwin')).toBeNull();
  expect(notHere('webgpu', 'linux')).toBeNull();
});

test('the inventory describes all devices without trying one', async () => {
  const found = await inventory('linux');
  expect(found.map(({ id }) => id)).toEqual(DeviceId.options);
  const [cpu] = found;
  expect(cpu).toMatchObject({ id: 'cpu', reason: null });
  expect(cpu?.runtime).toMatch(/^ONNX Runtime \d+\.\d+\.\d+, CPU$/);
  expect(cpu?.memoryBytes).toBeGreaterThan(1e8);
  for (const { reason } of found) if (reason !== null) expect(reason).toMatch(SENTENCE);
  expect(found.find(({ id }) => id === 'dml')?.reason).toMatch(/Windows/);
});

describe('what the system says of graphics cards', () => {
  test('nvidia-smi', () => {
    expect(nvidiaCards('NVIDIA H100 80GB HBM3, 81559, 550.54.15\n')).toEqual([
      { name: 'NVIDIA H100 80GB HBM3', memoryBytes: 81559 * 1024 ** 2, driver: '550.54.15', maker: 'nvidia' },
    ]);
    expect(nvidiaCards('')).toEqual([]);
    expect(nvidiaCards('GeForce, [N/A], 470.1')).toMatchObject([{ memoryBytes: null }]);
  });

  test('Windows: one card is an object, several are a list', () => {
    const card = { Name: 'AMD Radeon', DriverVersion: '31.0' };
    expect(windowsCards(JSON.stringify(card))).toEqual([
      { name: 'AMD Radeon', memoryBytes: null, driver: '31.0', maker: 'other' },
    ]);
    expect(windowsCards(JSON.stringify([card, { Name: 'NVIDIA T4', DriverVersion: null }]))).toMatchObject([
      { maker: 'other' },
      { maker: 'nvidia', driver: null },
    ]);
    expect(windowsCards('no JSON')).toEqual([]);
  });

  test('a software driver is called one', () => {
    expect(softwareRenderer({ VK_ICD_FILENAMES: '/x/vk_swiftshader_icd.json' })).toMatchObject({ maker: 'software' });
    expect(softwareRenderer({ VK_ICD_FILENAMES: '/x/radeon_icd.json' })).toBeNull();
    expect(softwareRenderer({})).toBeNull();
  });

  test('looking never fails', async () => {
    expect(Array.isArray(await graphicsCards())).toBe(true);
  });
});
