/** `npm run package`: the desktop application for this machine's platform, in a folder of its own. Needs Electron's runtime, once from its server. */
import { join } from 'node:path';
import { packager, type OfficialArch, type OfficialPlatform } from '@electron/packager';
import { packagerOptions } from './lib/packaging.ts';

const root = join(import.meta.dirname, '..');
const target = { platform: process.platform as OfficialPlatform, arch: process.arch as OfficialArch };
const folders = await packager(packagerOptions(root, process.argv[2] ?? join(root, 'out', 'package'), target));
for (const folder of folders) console.log(folder);
