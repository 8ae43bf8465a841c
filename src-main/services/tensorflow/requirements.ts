/** What an installation of TensorFlow needs, checked before anything is downloaded. */
import { statfs } from 'node:fs/promises';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { TensorflowSource } from '../../../src-shared/domain/device.ts';
import { isOnPath } from './command.ts';

const GIB = 1024 ** 3;

/** Free space at the highest point: downloads and what is unpacked from them lie beside each other. */
const SPACE: Readonly<Record<TensorflowSource, { cpu: number; cuda: number }>> = {
  wheel: { cpu: 1.6 * GIB, cuda: 9 * GIB },
  package: { cpu: 1.2 * GIB, cuda: 2.5 * GIB },
};

/** How the programs are had, where they are missing. */
const HOW: Readonly<Record<string, string>> = {
  npm: 'Install Node.js from https://nodejs.org: npm comes with it.',
  'g++': 'Install a C++ compiler; on Debian and Ubuntu: sudo apt install g++.',
  python3: 'Install Python 3 with pip; on Debian and Ubuntu: sudo apt install python3 python3-pip.',
};

export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly has: (program: string) => boolean;
  readonly hasPip: () => Promise<boolean>;
  /** Free bytes where a folder lies. */
  readonly free: (folder: string) => Promise<number>;
}

export function thisMachine(hasPip: () => Promise<boolean>): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    has: (program) => isOnPath(program),
    hasPip,
    free: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
  };
}

/** A binding built against a current wheel where that is possible; elsewhere what the npm package brings. */
export function defaultSource({ platform, arch }: Pick<Machine, 'platform' | 'arch'>): TensorflowSource {
  return platform === 'linux' && arch === 'x64' ? 'wheel' : 'package';
}

/** What keeps TensorFlow from being installed, and what to do about it; null where nothing does. */
export async function obstacle(
  machine: Machine,
  folder: string,
  { cuda, source }: { cuda: boolean; source: TensorflowSource },
): Promise<FailureError | null> {
  const { platform, arch } = machine;
  if (source === 'wheel' && (platform !== 'linux' || arch !== 'x64')) {
    return impossible(
      `A binding for TensorFlow's Python wheel can be built on 64-bit Linux only; this is ${platform} ${arch}.`,
      'Install the package’s own library instead: --from package.',
    );
  }
  if (source === 'package' && cuda && platform === 'darwin') {
    return impossible('TensorFlow has no CUDA on macOS.', 'Install it without --cuda.');
  }
  const programs = source === 'wheel' ? ['npm', 'g++', 'python3'] : ['npm'];
  const missing = programs.find((program) => !machine.has(program));
  if (missing !== undefined) {
    return impossible(`${missing} was not found on this machine.`, HOW[missing] ?? '');
  }
  if (source === 'wheel' && !(await machine.hasPip())) {
    return impossible('Python has no pip here.', 'On Debian and Ubuntu: sudo apt install python3-pip.');
  }
  const needed = SPACE[source][cuda ? 'cuda' : 'cpu'];
  const free = await machine.free(folder);
  if (free >= needed) return null;
  const gib = (bytes: number): string => (bytes / GIB).toFixed(1);
  return new FailureError({
    kind: 'disk-full',
    message: `TensorFlow needs ${gib(needed)} GiB of free space while it is installed; ${folder} has ${gib(free)} GiB.`,
    remedy: 'Free some space, or name another folder for the application in POSTER_VAR_HOME.',
  });
}

function impossible(message: string, remedy: string): FailureError {
  return new FailureError({ kind: 'unavailable', message, remedy });
}
