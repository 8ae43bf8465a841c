/** A graphics card in software, for tests of WebGPU where there is none: the Vulkan driver that Chromium brings. */
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const DRIVER = 'vk_swiftshader_icd.json';
const LOADER = 'libvulkan.so.1';

/** Where Chromium may lie: Debian's package, others, or the one that CHROMIUM names. */
const FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', '/opt/chromium.org/chromium'];

/** Environment of a process whose WebGPU computes in software, or the reason why there is none. */
export function softwareVulkan(): { readonly env: NodeJS.ProcessEnv } | { readonly missing: string } {
  if (process.platform !== 'linux') return { missing: 'the software Vulkan driver is looked for on Linux only' };
  const named = process.env['CHROMIUM'];
  const folders = named !== undefined && existsSync(named) ? [dirname(realpathSync(named)), ...FOLDERS] : FOLDERS;
  const folder = folders.find((candidate) => existsSync(join(candidate, DRIVER)));
  if (folder === undefined) return { missing: `no ${DRIVER} beside a Chromium` };
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    VK_ICD_FILENAMES: join(folder, DRIVER),
    XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] ?? tmpdir(),
  };
  // A machine without graphics has no Vulkan loader either; Chromium brings its own.
  if (existsSync(join(folder, LOADER))) {
    env['LD_LIBRARY_PATH'] = [folder, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
  }
  return { env };
}
