/** Where the golden values have to come out: the processor, and TensorFlow's kernels where they are installed. */
import type { DeviceId } from '../../src-shared/domain/device.ts';
import { installedIn, tensorflowFolder } from '../../src-main/services/engine/runtime/tensorflow/place.ts';

const installed = installedIn(tensorflowFolder()) !== null;

export const PARITY: readonly { readonly device: DeviceId; readonly title: string; readonly present: boolean }[] = [
  { device: 'cpu', title: 'cpu', present: true },
  {
    device: 'tensorflow',
    title: installed
      ? 'tensorflow'
      : 'tensorflow (skipped: not installed, "npm run cli -- tensorflow install" gets it)',
    present: installed,
  },
];
