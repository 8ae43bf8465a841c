/** Installing TensorFlow: what is checked first, what stays after a failure, and that nothing does after a cancel. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Device } from '../../../src-shared/domain/device.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { isOnPath, runProgram } from '../../../src-main/services/tensorflow/command.ts';
import { defaultSource, obstacle } from '../../../src-main/services/tensorflow/requirements.ts';
import type { Machine } from '../../../src-main/services/tensorflow/requirements.ts';
import { Tensorflow } from '../../../src-main/services/tensorflow/tensorflow.ts';
import { ExpectedBytes } from '../../../src-main/services/tensorflow/wheel.ts';

const GIB = 1024 ** 3;
const ready: Machine = {
  platform: 'linux',
  arch: 'x64',
  has: () => true,
  hasPip: () => Promise.resolve(true),
  free: () => Promise.resolve(100 * GIB),
};
const wheel = { cuda: false, source: 'wheel' } as const;

let home: string;
const path = process.env['PATH'];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'poster-var-tensorflow-'));
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(home, { recursive: true, force: true });
});

describe('what is needed', () => {
  const problem = async (change: Partial<Machine>, request: Parameters<typeof obstacle>[2] = wheel) =>
    (await obstacle({ ...ready, ...change }, home, request))?.failure ?? null;

  it('is there', async () => expect(await problem({})).toBeNull());

  it.each([
    ['npm', /^npm was not found/, /nodejs\.org/],
    ['g++', /^g\+\+ was not found/, /apt install g\+\+/],
    ['python3', /^python3 was not found/, /apt install python3/],
  ])('%s is missing: says how to get it', async (program, message, remedy) => {
    const failure = await problem({ has: (name) => name !== program });
    expect(failure?.message).toMatch(message);
    expect(failure?.remedy).toMatch(remedy);
  });

  it('pip, space and system are checked too', async () => {
    expect((await problem({ hasPip: () => Promise.resolve(false) }))?.message).toBe('Python has no pip here.');
    const full = await problem({ free: () => Promise.resolve(GIB) });
    expect(full).toMatchObject({ kind: 'disk-full' });
    expect(full?.message).toMatch(/needs 1\.6 GiB of free space .* has 1\.0 GiB\.$/);
    expect((await problem({ platform: 'darwin', arch: 'arm64' }))?.remedy).toMatch(/--from package/);
    expect(await problem({ platform: 'darwin' }, { cuda: true, source: 'package' })).toMatchObject({
      message: 'TensorFlow has no CUDA on macOS.',
    });
    expect(
      await problem({ platform: 'win32', has: (name) => name === 'npm' }, { ...wheel, source: 'package' }),
    ).toBeNull();
  });

  it('a wheel is the first choice where a binding can be built', () => {
    expect(defaultSource(ready)).toBe('wheel');
    expect(defaultSource({ platform: 'linux', arch: 'arm64' })).toBe('package');
    expect(defaultSource({ platform: 'win32', arch: 'x64' })).toBe('package');
  });

  it('sizes are summed from what pip says', () => {
    const expected = new ExpectedBytes();
    expected.read('Collecting tensorflow-cpu==2.21.0');
    expected.read('  Downloading tensorflow_cpu-2.21.0-cp312-manylinux_2_27_x86_64.whl (274.0 MB)');
    expected.read('  Downloading nvidia_cudnn_cu12.whl (1.5 GB)');
    expect(expected.total).toBeCloseTo(1.774e9);
  });
});

describe('programs', () => {
  const { signal } = new AbortController();

  it('are looked for on PATH', () => {
    expect(isOnPath('node', join(process.execPath, '..'))).toBe(true);
    expect(isOnPath('no-such-program')).toBe(false);
  });

  it('say why they failed', async () => {
    const script = 'console.error("first\\nx.cc:1: error: no header\\nlast line"); process.exit(3)';
    const thrown: unknown = await runProgram(process.execPath, ['-e', script], { cwd: home, signal }).catch(
      (e: unknown) => e,
    );
    expect(thrown).toBeInstanceOf(FailureError);
    expect((thrown as FailureError).message).toMatch(/failed: x\.cc:1: error: no header\.$/);
  });
});

/** Programs of this test in the place of the real ones: shell scripts, first on PATH. */
function stand(scripts: Readonly<Record<string, string>>): void {
  const bin = join(home, 'bin');
  mkdirSync(bin);
  for (const [name, body] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  process.env['PATH'] = [bin, path].join(delimiter);
}

const scripts = {
  npm: 'mkdir -p node_modules/@tensorflow/tfjs-node-gpu/binding',
  python3:
    'for last; do :; done; case "$2" in pip) for a; do [ "$p" = -d ] && touch "$a/x.whl"; p="$a"; done ;; *) mkdir -p "$3/tensorflow" ;; esac',
  strip: 'true',
  'g++': 'for a; do [ "$p" = -o ] && echo binding > "$a"; p="$a"; done',
};

describe.skipIf(process.platform === 'win32')(
  'an installation (skipped on Windows: the stand-ins are shell scripts)',
  () => {
    const device = (reason: string | null): Device => ({
      ...{ id: 'tensorflow', name: '', runtime: '', memoryBytes: null, driver: null },
      ...{ available: reason === null, reason },
    });
    const service = (reason: string | null) =>
      new Tensorflow({
        home,
        machine: ready,
        devices: () => Promise.resolve([device(reason)]),
        jobs: () => {
          throw new Error('no job is needed here');
        },
      });
    const { signal } = new AbortController();
    const install = (on: Tensorflow, stop = signal, told: string[] = []) =>
      on.install({ cuda: false }, (percent, text) => told.push(`${Math.round(percent)} ${text}`), stop);
    const folders = () => readdirSync(home).filter((name) => name !== 'bin');

    it('goes from the package to a device that computes, tells its parts, and does nothing the second time', async () => {
      stand(scripts);
      const told: string[] = [];
      const status = await install(service(null), signal, told);
      expect(status).toMatchObject({ installed: { version: '2.21.0', cuda: false, source: 'wheel' }, obstacle: null });
      expect(told.map((line) => Number.parseInt(line, 10))).toEqual(
        told.map((line) => Number.parseInt(line, 10)).sort((a, b) => a - b),
      );
      expect(told.at(-1)).toBe('98 Trying it out');
      expect(
        existsSync(join(home, 'tensorflow/node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node')),
      ).toBe(true);
      expect(folders()).toEqual(['tensorflow']);

      const again: string[] = [];
      expect(await install(service(null), signal, again)).toEqual(status);
      expect(again).toEqual([]);

      expect((await service('TensorFlow is not installed.').remove()).installed).toBeNull();
      expect(folders()).toEqual([]);
    });

    it('one that does not compute is taken away, and the one before it comes back', async () => {
      stand(scripts);
      await install(service(null));
      writeFileSync(join(home, 'tensorflow', 'old'), '');
      await expect(install(service('It computes wrong numbers.'))).rejects.toThrow(
        /does not work here: It computes wrong/,
      );
      expect(existsSync(join(home, 'tensorflow', 'old'))).toBe(true);
      expect(folders()).toEqual(['tensorflow']);
    });

    it('a compiler that fails leaves nothing', async () => {
      stand({ ...scripts, 'g++': 'echo "tfjs_backend.cc:3: fatal error: no such file" >&2; exit 1' });
      await expect(install(service(null))).rejects.toThrow(/g\+\+ failed: tfjs_backend\.cc:3: fatal error/);
      expect(folders()).toEqual([]);
    });

    it('a cancel ends the programs that run and leaves nothing', async () => {
      stand({ ...scripts, npm: 'sleep 60' });
      const abort = new AbortController();
      const installing = install(service(null), abort.signal);
      setTimeout(() => abort.abort(), 100);
      const thrown: unknown = await installing.catch((cause: unknown) => cause);
      expect((thrown as FailureError).failure.kind).toBe('cancelled');
      expect(folders()).toEqual([]);
    });
  },
);
