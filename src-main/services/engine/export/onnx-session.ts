/** An exported ONNX file, run as other programs run it: from the file, in batches of any size. */
import { readFileSync } from 'node:fs';
import { IMAGE_SIDE } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import { IMAGE_SIZE } from '../runtime/graphs.ts';
import { float32, floats, openSession } from '../runtime/session.ts';
import type { Runner } from './verify.ts';

/** No batch of the app's own: the free dimension is tried with every export. */
const BATCH = 5;

export async function openOnnxFile(file: string, { classes, vich }: ModelConfig): Promise<Runner> {
  const session = await openSession(readFileSync(file), 'cpu');
  return {
    run: async (images, n) => {
      const mu = new Float32Array(n * classes);
      const logvar = vich ? new Float32Array(n * classes) : null;
      for (let start = 0; start < n; start += BATCH) {
        const count = Math.min(BATCH, n - start);
        const part = images.slice(start * IMAGE_SIZE, (start + count) * IMAGE_SIZE);
        const outputs = await session.run({ images: float32(part, [count, 3, IMAGE_SIDE, IMAGE_SIDE]) });
        mu.set(floats(outputs, 'mu'), start * classes);
        logvar?.set(floats(outputs, 'logvar'), start * classes);
      }
      return { mu, logvar };
    },
    dispose: () => session.release(),
  };
}
