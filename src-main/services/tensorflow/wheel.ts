/** TensorFlow's library out of its current Python wheel, and the package's binding compiled against it. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { InstalledTensorflow } from '../engine/runtime/tensorflow/place.ts';
import { isOnPath, runProgram } from './command.ts';
import { NODE_HEADERS, TFJS_VERSION, WHEEL } from './packages.ts';
import type { Installation } from './installation.ts';
import { UNPACK } from './unpack.ts';

const PACKAGE = '@tensorflow/tfjs-node-gpu';

/** Installs into the installation's folder. The paths in it are relative: it may be moved afterwards. */
export async function installWheel(installation: Installation, cuda: boolean): Promise<InstalledTensorflow> {
  const { folder, phase, signal } = installation;
  phase(0, 10, 'Getting the TensorFlow.js package');
  await installation.npm(['--ignore-scripts', `${PACKAGE}@${TFJS_VERSION}`, NODE_HEADERS]);

  const library = join(folder, 'library');
  mkdirSync(library);
  const wheel = `${cuda ? 'tensorflow' : 'tensorflow-cpu'}==${WHEEL.version}`;
  const download = { from: 10, to: cuda ? 35 : 75, title: `Downloading TensorFlow ${WHEEL.version}` };
  const requirements = await fetchWheels(installation, [wheel], library, download);
  if (cuda) {
    const nvidia = { from: 35, to: 80, title: 'Downloading NVIDIA’s libraries' };
    await fetchWheels(installation, requirements, library, nvidia);
  }
  if (isOnPath('strip')) {
    phase(80, 84, 'Taking the symbols out of the libraries');
    const stripped = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
    await runProgram('strip', ['--strip-unneeded', ...stripped], { cwd: join(library, 'tensorflow'), signal });
  }
  phase(84, 98, 'Compiling the binding');
  await compile(installation);
  return { package: PACKAGE, version: WHEEL.version, cuda, source: 'wheel', libraries: nvidiaFolders(library) };
}

interface Download {
  readonly from: number;
  readonly to: number;
  readonly title: string;
}

/** Downloads wheels, unpacks them and deletes them. Resolves to what they require for CUDA. */
async function fetchWheels(
  { folder, phase, signal }: Installation,
  names: readonly string[],
  library: string,
  { from, to, title }: Download,
): Promise<string[]> {
  const wheels = join(folder, 'wheels');
  mkdirSync(wheels);
  phase(from, to, title);
  const expected = new ExpectedBytes();
  // pip tells sizes, but not how far it has got: the files grow in its temporary folder.
  const watch = setInterval(() => {
    const all = expected.total;
    // A finished file is copied to its place: for a moment it is there twice.
    const here = Math.min(all, bytesBelow(wheels));
    if (all > 0) phase(from + (to - from) * (here / all), to, `${title}: ${megabytes(here)} of ${megabytes(all)} MB`);
  }, 500);
  try {
    await runProgram(
      'python3',
      [
        ...[
          '-m',
          'pip',
          'download',
          '--disable-pip-version-check',
          '--no-cache-dir',
          '--no-deps',
          '--progress-bar',
          'off',
        ],
        ...[
          '--only-binary=:all:',
          '--python-version',
          WHEEL.python,
          '--platform',
          WHEEL.platform,
          '-d',
          wheels,
          ...names,
        ],
      ],
      { cwd: folder, signal, env: { TMPDIR: wheels }, onLine: (line) => expected.read(line) },
    );
  } finally {
    clearInterval(watch);
  }
  phase(to, to, `Unpacking ${names.length === 1 ? 'TensorFlow' : 'the libraries'}`);
  const files = readdirSync(wheels).filter((name) => name.endsWith('.whl'));
  const requirements = await runProgram(
    'python3',
    ['-c', UNPACK, library, ...files.map((name) => join(wheels, name))],
    {
      cwd: folder,
      signal,
    },
  );
  rmSync(wheels, { recursive: true });
  return requirements.split('\n').filter((line) => line !== '');
}

/** Sums the sizes in pip's lines: "Downloading tensorflow_cpu-2.21.0-….whl (274.0 MB)". */
export class ExpectedBytes {
  total = 0;

  read(line: string): void {
    const [, size, unit] = /Downloading .*\(([\d.]+) ?(kB|MB|GB)\)/.exec(line) ?? [];
    if (size === undefined || unit === undefined) return;
    this.total += Number(size) * { kB: 1e3, MB: 1e6, GB: 1e9 }[unit as 'kB' | 'MB' | 'GB'];
  }
}

function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const stat = entry.isFile() ? statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false }) : undefined;
    bytes += stat?.size ?? 0;
  }
  return bytes;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

/** Node-API 8: one binding for every version of Node and Electron. */
async function compile({ folder, signal }: Installation): Promise<void> {
  const module = join('node_modules', PACKAGE);
  const out = join(module, 'lib', 'napi-v8');
  mkdirSync(join(folder, out), { recursive: true });
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(module, 'binding', name));
  const library = join('library', 'tensorflow');
  await runProgram(
    'g++',
    [
      ...['-O2', '-std=c++17', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
      ...[`-I${module}`, `-I${join(library, 'include')}`, '-Inode_modules/node-api-headers/include'],
      ...[...sources, '-o', join(out, 'tfjs_binding.node')],
      ...[`-L${library}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      // Seen from napi-v8, up to the installation's folder.
      '-Wl,-rpath,$ORIGIN/../../../../../library/tensorflow',
    ],
    { cwd: folder, signal },
  );
}

/** Relative to the installation's folder. */
function nvidiaFolders(library: string): string[] {
  const nvidia = join(library, 'nvidia');
  const names = statSync(nvidia, { throwIfNoEntry: false }) ? readdirSync(nvidia) : [];
  return names.map((name) => join('library', 'nvidia', name, 'lib'));
}
