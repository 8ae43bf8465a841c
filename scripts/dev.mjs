// `npm run dev`: the desktop window with hot reload where there is a display; else the web host, the renderer rebuilt on change.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, environment, node24, root, run } from './lib/environment.mjs';

ensureInstalled();
const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);
const electronVite = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');

if (hasDisplay && !process.argv.includes('--web')) {
  process.exitCode = await run(node24, [electronVite, 'dev', '--watch']);
} else {
  ensureBuilt();
  const watcher = spawn(node24, [electronVite, 'build', '--watch'], {
    cwd: root,
    env: environment(),
    stdio: 'inherit',
  });
  process.exitCode = await run(node24, ['--watch', join(root, 'src-main', 'cli.ts'), 'serve', '--sample', '--no-open']);
  watcher.kill();
}
