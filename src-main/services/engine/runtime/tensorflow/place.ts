/** Where TensorFlow lies, once it was installed: in the application's own folder, for `npm ci` empties node_modules. */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { TensorflowSource } from '../../../../../src-shared/domain/device.ts';
import { applicationHome } from '../../../../home.ts';

/** What was installed, written last: without this file an installation is not whole. */
export const InstalledTensorflow = z.object({
  /** npm package whose binding is loaded. */
  package: z.enum(['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu']),
  /** Of TensorFlow's library: "2.21.0". */
  version: z.string(),
  /** Whether the library has kernels for NVIDIA graphics cards. */
  cuda: z.boolean(),
  source: TensorflowSource,
  /** Folders of shared libraries that have to be found when it is loaded, seen from the installation's own. */
  libraries: z.array(z.string()),
});
export type InstalledTensorflow = z.infer<typeof InstalledTensorflow>;

const RECORD = 'installed.json';

export function tensorflowFolder(home: string = applicationHome()): string {
  return join(home, 'tensorflow');
}

export function recordFile(folder: string): string {
  return join(folder, RECORD);
}

/** Environment of a process that may load TensorFlow: NVIDIA's libraries are found by name, as wheels of their own bring them. */
export function tensorflowEnvironment(folder: string): Readonly<Record<string, string>> {
  const libraries = installedIn(folder)?.libraries ?? [];
  if (libraries.length === 0) return {};
  const present = process.env['LD_LIBRARY_PATH'];
  return {
    LD_LIBRARY_PATH: [...libraries.map((name) => join(folder, name)), ...(present ? [present] : [])].join(delimiter),
  };
}

/** What is installed in a folder; null where there is nothing whole. */
export function installedIn(folder: string): InstalledTensorflow | null {
  const file = recordFile(folder);
  if (!existsSync(file)) return null;
  try {
    return InstalledTensorflow.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
