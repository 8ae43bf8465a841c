// `npm start`: the workbench on the sample. A desktop window; where Electron's runtime cannot be had or there is no display, the
// web host, saying so.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, environment, node24, root, run, say } from './lib/environment.mjs';

const electron = join(root, 'node_modules', 'electron');

/** Electron downloads its runtime at first launch; returns the executable or null where there is none to be had. */
function electronRuntime() {
  const pathFile = join(electron, 'path.txt');
  const executable = () =>
    existsSync(pathFile) ? join(electron, 'dist', readFileSync(pathFile, 'utf8').trim()) : null;
  const found = executable();
  if (found !== null && existsSync(found)) return found;
  say('Fetching Electron’s runtime (once) …');
  spawnSync(node24, [join(electron, 'install.js')], {
    cwd: root,
    env: environment(),
    stdio: 'ignore',
    timeout: 300_000,
  });
  const fetched = executable();
  return fetched !== null && existsSync(fetched) ? fetched : null;
}

const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);

ensureInstalled();
ensureBuilt();

const runtime = hasDisplay ? electronRuntime() : null;
if (runtime !== null) {
  process.exitCode = await run(runtime, [root]);
} else {
  say(
    hasDisplay
      ? 'Electron’s runtime could not be fetched: opening the web host instead.'
      : 'No display: opening the web host instead.',
  );
  const open = hasDisplay ? [] : ['--no-open'];
  process.exitCode = await run(node24, [
    join(root, 'src-main', 'cli.ts'),
    'serve',
    '--sample',
    ...open,
    ...process.argv.slice(2),
  ]);
}
