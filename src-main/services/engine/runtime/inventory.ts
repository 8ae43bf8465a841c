/** The devices of this machine as far as can be told without computing on them: a driver's failure can end a process. */
import { totalmem } from 'node:os';
import { listSupportedBackends } from 'onnxruntime-node';
import type { Device } from '../../../../src-shared/domain/device.ts';
import { DEVICES, notHere, onnxRuntimeVersion } from './devices.ts';
import type { DeviceId } from './devices.ts';
import { graphicsCards, processorName } from './hardware.ts';
import type { GraphicsCard } from './hardware.ts';
import { installedIn, tensorflowFolder } from './tensorflow/place.ts';

/** A device before it was tried: with a reason where trying would be of no use. */
export type DeviceFacts = Omit<Device, 'available'>;

export async function inventory(platform: NodeJS.Platform = process.platform): Promise<DeviceFacts[]> {
  const cards = await graphicsCards(platform);
  return (Object.keys(DEVICES) as DeviceId[]).map((id) => ({
    ...(id === 'tensorflow' ? tensorflowFacts(cards) : onnxFacts(id, cards)),
    id,
  }));

  function onnxFacts(id: DeviceId, cards: readonly GraphicsCard[]): Omit<DeviceFacts, 'id'> {
    const { title, api } = DEVICES[id];
    const runtime = `${onnxRuntimeVersion()}, ${api}`;
    if (id === 'cpu') {
      return { name: processorName(), runtime, memoryBytes: totalmem(), driver: null, reason: null };
    }
    const card = id === 'cuda' ? cards.find(({ maker }) => maker === 'nvidia') : cards[0];
    return {
      name: card?.name ?? title,
      runtime,
      memoryBytes: card?.memoryBytes ?? null,
      driver: card?.driver ?? null,
      reason: notHere(id, platform) ?? notBuiltIn(id) ?? (id === 'cuda' && !card ? NO_NVIDIA : null),
    };
  }
}

const NO_NVIDIA = 'No NVIDIA graphics card was found.';

function notBuiltIn(id: DeviceId): string | null {
  const { provider, api } = DEVICES[id];
  if (listSupportedBackends().some(({ name }) => name === provider)) return null;
  return `This build of ONNX Runtime has no ${api} provider.`;
}

function tensorflowFacts(cards: readonly GraphicsCard[]): Omit<DeviceFacts, 'id'> {
  const installed = installedIn(tensorflowFolder());
  const nvidia = installed?.cuda ? cards.find(({ maker }) => maker === 'nvidia') : undefined;
  return {
    name: nvidia?.name ?? processorName(),
    runtime: installed ? `TensorFlow ${installed.version}` : 'TensorFlow',
    memoryBytes: nvidia ? nvidia.memoryBytes : totalmem(),
    driver: nvidia?.driver ?? null,
    reason: installed ? null : 'TensorFlow is not installed.',
  };
}
