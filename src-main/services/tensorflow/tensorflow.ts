/** TensorFlow's kernels as an optional part: whether it is there, installing and removing it. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Device, TensorflowRequest, TensorflowStatus } from '../../../src-shared/domain/device.ts';
import { installedIn, recordFile, tensorflowFolder } from '../engine/runtime/tensorflow/place.ts';
import type { InstalledTensorflow } from '../engine/runtime/tensorflow/place.ts';
import type { Jobs } from '../jobs/interface.ts';
import { cancelled, runProgram } from './command.ts';
import { beginIn } from './installation.ts';
import type { Installation, Phase } from './installation.ts';
import { PACKAGED_VERSION, TFJS_VERSION } from './packages.ts';
import { defaultSource, obstacle, thisMachine } from './requirements.ts';
import type { Machine } from './requirements.ts';
import { installWheel } from './wheel.ts';

export interface TensorflowTools {
  readonly home: string;
  /** Looks at the devices again and tries them: an installation is done when its device computes. */
  readonly devices: () => Promise<readonly Device[]>;
  readonly jobs: () => Pick<Jobs, 'start'>;
  readonly machine?: Machine;
}

export class Tensorflow {
  readonly #tools: TensorflowTools;
  readonly #machine: Machine;
  #busy = false;

  constructor(tools: TensorflowTools) {
    this.#tools = tools;
    this.#machine = tools.machine ?? thisMachine(() => hasPip(tools.home));
  }

  /** What is installed, and what would keep it from being installed. */
  async status(): Promise<TensorflowStatus> {
    const { home } = this.#tools;
    const source = defaultSource(this.#machine);
    const problem = await obstacle(this.#machine, home, { cuda: false, source });
    const installed = installedIn(tensorflowFolder(home));
    return {
      folder: tensorflowFolder(home),
      installed: installed && { version: installed.version, cuda: installed.cuda, source: installed.source },
      obstacle: problem?.failure ?? null,
    };
  }

  /** Queues the installation as a job. */
  startInstall(request: TensorflowRequest): { job: number } {
    const title = `Install TensorFlow${request.cuda ? ' with CUDA' : ''}`;
    const job = this.#tools.jobs().start({ kind: 'install', title, unit: '%', lane: 'install' }, async (job) => {
      await this.install(request, (done, text) => job.progress(done, 100, text), job.signal);
    });
    return { job };
  }

  /**
   * Installs; does nothing where the same is there already.
   * @param progress percent and what is being done.
   * @throws FailureError 'unavailable' or 'disk-full' with what to do, 'cancelled', 'conflict' while one is under way. What was
   * installed before stays until the new one works.
   */
  async install(
    { cuda, source = defaultSource(this.#machine) }: TensorflowRequest,
    progress: (percent: number, text: string) => void,
    signal: AbortSignal,
  ): Promise<TensorflowStatus> {
    const { home } = this.#tools;
    const folder = tensorflowFolder(home);
    const present = installedIn(folder);
    if (present && present.cuda === cuda && present.source === source && (await this.#problem()) === null)
      return this.status();
    if (this.#busy) throw conflict();
    this.#busy = true;
    const phase: Phase = (done, _until, text) => progress(done, text);
    mkdirSync(home, { recursive: true });
    const staging = mkdtempSync(`${folder}-new-`);
    try {
      const problem = await obstacle(this.#machine, home, { cuda, source });
      if (problem) throw problem;
      const installation = beginIn(staging, phase, signal);
      const record =
        source === 'wheel' ? await installWheel(installation, cuda) : await installPackage(installation, cuda);
      if (signal.aborted) throw cancelled();
      phase(98, 100, 'Trying it out');
      writeFileSync(recordFile(staging), `${JSON.stringify(record, null, 2)}\n`);
      await this.#replace(staging, folder);
      return await this.status();
    } finally {
      this.#busy = false;
      rmSync(staging, { recursive: true, force: true });
    }
  }

  async remove(): Promise<TensorflowStatus> {
    if (this.#busy) throw conflict();
    rmSync(tensorflowFolder(this.#tools.home), { recursive: true, force: true });
    await this.#tools.devices();
    return this.status();
  }

  /** Puts the new installation in the old one's place; the old one comes back where the new one does not compute. */
  async #replace(staging: string, folder: string): Promise<void> {
    const old = `${folder}-old`;
    rmSync(old, { recursive: true, force: true });
    const hadOne = rename(folder, old);
    renameSync(staging, folder);
    const problem = await this.#problem();
    if (problem !== null) {
      rmSync(folder, { recursive: true, force: true });
      if (hadOne) renameSync(old, folder);
      await this.#tools.devices();
      throw new FailureError({
        kind: 'unavailable',
        message: `TensorFlow was installed and does not work here: ${problem}`,
        remedy: 'It was removed again. Choose another device, or install it from another source (--from).',
      });
    }
    rmSync(old, { recursive: true, force: true });
  }

  /** Why the device cannot be used; null when it computes. */
  async #problem(): Promise<string | null> {
    const devices = await this.#tools.devices();
    const device = devices.find(({ id }) => id === 'tensorflow');
    return device ? device.reason : 'The device is not listed.';
  }
}

function rename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return false;
    throw thrown;
  }
}

/** The library that the npm package itself was made for, fetched by its own install script. */
async function installPackage({ npm, phase }: Installation, cuda: boolean): Promise<InstalledTensorflow> {
  const name = cuda ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  phase(0, 98, `Getting ${name} and its library`);
  await npm([`${name}@${TFJS_VERSION}`]);
  return { package: name, version: PACKAGED_VERSION, cuda, source: 'package', libraries: [] };
}

async function hasPip(cwd: string): Promise<boolean> {
  const { signal } = new AbortController();
  return runProgram('python3', ['-m', 'pip', '--version'], { cwd, signal }).then(
    () => true,
    () => false,
  );
}

function conflict(): FailureError {
  return new FailureError({
    kind: 'conflict',
    message: 'TensorFlow is being installed already.',
    remedy: 'Wait for its end, or cancel it in the list of jobs.',
  });
}
