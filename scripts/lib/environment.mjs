// Runs under the machine's own Node (>= 20.19) before anything is installed: only Node's own modules may be imported here.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const modules = join(root, 'node_modules');

/** The Node 24 that the `node` package brings: Electron 45's version, and what better-sqlite3 needs. */
export const node24 = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Environment for children: Node 24 first, and no install script that asks a server for CUDA libraries. */
export function environment() {
  const path = [dirname(node24), join(modules, '.bin'), process.env.PATH ?? ''].join(
    process.platform === 'win32' ? ';' : ':',
  );
  return { ...process.env, PATH: path, ONNXRUNTIME_NODE_INSTALL: 'skip' };
}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** True when every package that the lock file asks for lies in node_modules at that version. */
function isInstalled() {
  const hidden = join(modules, '.package-lock.json');
  if (!existsSync(hidden) || !existsSync(node24)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const found = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || entry.peer || found[path]?.version === entry.version,
  );
}

/** Installs what is missing; does nothing when all is there. Ends the process with a sentence where npm fails. */
export function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    say(`POSTER-Var Workbench needs Node 20.19 or newer; this is ${process.version}. Get one at https://nodejs.org.`);
    process.exit(1);
  }
  if (isInstalled()) return;
  say('Installing packages (once, about a minute) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0 || !existsSync(node24)) {
    say(
      'The packages could not be installed: npm’s message stands above. Check the connection to the npm registry and run again.',
    );
    process.exit(1);
  }
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

/** Hash of all that the build reads, by content: file times lie after a clone or a checkout. */
function sourceHash() {
  const hash = createHash('sha256');
  const files = ['src-main', 'src-renderer', 'src-shared'].flatMap((folder) => [...filesBelow(join(root, folder))]);
  for (const file of [...files, join(root, 'electron.vite.config.ts'), join(root, 'package-lock.json')].sort()) {
    hash.update(`${relative(root, file)}\0${statSync(file).size}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Builds renderer and desktop bundles when the sources changed since the last build. */
export function ensureBuilt() {
  const stamp = join(root, 'out', '.sources');
  const hash = sourceHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  say('Building …');
  const result = spawnSync(node24, [join(modules, 'electron-vite', 'bin', 'electron-vite.js'), 'build'], {
    cwd: root,
    env: { ...environment(), NODE_ENV: 'production' },
    encoding: 'utf8',
  });
  if (result.status !== 0) {
    say(`${result.stdout}\n${result.stderr}\nThe build failed: its message stands above.`);
    process.exit(1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

/** Runs a child under Node 24 to its end, terminal shared; resolves to its exit code. Signals reach it through the terminal. */
export function run(file, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, env: environment(), stdio: 'inherit', ...options });
    const forward = (signal) => child.kill(signal);
    process.on('SIGTERM', forward);
    process.on('SIGINT', () => undefined);
    child.on('error', (error) => {
      say(error.message);
      resolve(1);
    });
    child.on('exit', (code, signal) => {
      process.off('SIGTERM', forward);
      resolve(signal === null ? (code ?? 1) : 128 + 15);
    });
  });
}
