import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractAll, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { packager } from '@electron/packager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXECUTABLE, fuses, isLeftOut, packagerOptions } from '../../scripts/lib/packaging.ts';
import { createEngine } from '../../src-main/services/engine/client.ts';
import { forkEngine } from '../../src-main/services/engine/process/spawn.ts';
import { root } from './paths.ts';
import { writeRuntime } from './runtime-zip.ts';

const target = { platform: 'linux', arch: process.arch === 'arm64' ? 'arm64' : 'x64' } as const;
const here = process.platform === target.platform;

/** The real application in a stand-in for Electron: all of it but the runtime itself. */
const elsewhere = here ? '' : ' (skipped: the stand-in is Linux’s layout)';
describe.runIf(here)(`the packaged desktop application${elsewhere}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'poster-var-package-'));
  const unpackedHere = join(folder, 'unpacked');
  let packaged: string;
  let archive: string;

  beforeAll(async () => {
    const require = createRequire(join(root, 'package.json'));
    const { version } = require('electron/package.json') as { version: string };
    const runtimes = join(folder, 'runtimes');
    mkdirSync(runtimes);
    writeRuntime(runtimes, version, target.platform, target.arch);
    const options = packagerOptions(root, join(folder, 'out'), target, runtimes);
    [packaged = ''] = await packager({ ...options, quiet: true });
    archive = join(packaged, 'resources', 'app.asar');
    extractAll(archive, unpackedHere);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has every fuse of the checklist set in its executable', async () => {
    const wire = await getCurrentFuseWire(join(packaged, EXECUTABLE));
    const state = (fuse: FuseV1Options) => (wire[fuse] === FuseState.ENABLE ? 'on' : 'off');
    expect({
      RunAsNode: state(FuseV1Options.RunAsNode),
      NODE_OPTIONS: state(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: state(FuseV1Options.EnableNodeCliInspectArguments),
      file: state(FuseV1Options.GrantFileProtocolExtraPrivileges),
      onlyAsar: state(FuseV1Options.OnlyLoadAppFromAsar),
    }).toEqual({ RunAsNode: 'off', NODE_OPTIONS: 'off', inspect: 'off', file: 'off', onlyAsar: 'on' });
  });

  it('keeps libraries and models outside the archive, and everything else within it', () => {
    const isOutside = (file: string) => existsSync(join(`${archive}.unpacked`, file));
    const files = listPackage(archive, { isPack: false }).filter((file) => /\.\w+$/.test(file));
    const mustBeOutside = files.filter((file) => /\.(?:node|so|so\.[\d.]+|safetensors|onnx)$/.test(file));
    expect(mustBeOutside.some((file) => file.includes('better-sqlite3'))).toBe(true);
    expect(mustBeOutside.some((file) => file.includes('onnxruntime'))).toBe(true);
    expect(mustBeOutside.some((file) => file.includes('libvips'))).toBe(true);
    expect(mustBeOutside.some((file) => file.includes('resvg'))).toBe(true);
    expect(mustBeOutside).toContain('/resources/sample/tiny.safetensors');
    expect(mustBeOutside.filter((file) => !isOutside(file))).toEqual([]);
    expect(files.filter((file) => file.startsWith('/out/') && isOutside(file))).toEqual([]);
    expect(existsSync(join(packaged, 'resources', 'app'))).toBe(false);
  });

  it('holds no sources, no development packages and no other platform’s libraries', () => {
    const files = listPackage(archive, { isPack: false });
    expect(files.filter((file) => /^\/(?:src-|test|docs|scripts)/.test(file))).toEqual([]);
    for (const name of ['electron', 'vite', 'typescript', 'svelte', 'node', 'vitest'])
      expect(files).not.toContain(`/node_modules/${name}/package.json`);
    expect(files.filter((file) => /onnxruntime-node\/bin\/.*(?:darwin|win32)/.test(file))).toEqual([]);
  });

  it('finds each package that its bundles import', () => {
    const bundles = listPackage(archive, { isPack: false }).filter((file) => /^\/out\/main\/.*\.js$/.test(file));
    const names = bundles.flatMap((file) =>
      [...readFileSync(join(unpackedHere, file), 'utf8').matchAll(/^import .*["']([@\w][\w./@:-]*)["'];?$/gm)].map(
        (match) => match[1] ?? '',
      ),
    );
    const asked = [...new Set(names)].filter((name) => !name.startsWith('node:') && name !== 'electron');
    expect(asked).toEqual(expect.arrayContaining(['better-sqlite3', 'onnxruntime-node', 'sharp', 'zod']));
    const require = createRequire(join(unpackedHere, 'out', 'main', 'desktop.js'));
    for (const name of asked) expect(require.resolve(name).startsWith(unpackedHere)).toBe(true);
  });

  it('has an engine that starts from its own files alone and reads its model', async () => {
    const entry = join(unpackedHere, 'out', 'main', 'engine.js');
    const engine = createEngine({ spawn: (program, environment) => forkEngine(program, environment, entry) });
    const { size } = await engine.inspect(join(unpackedHere, 'resources', 'sample', 'tiny.safetensors'));
    expect(size).toBe('tiny');
    expect((await engine.devices()).find(({ id }) => id === 'cpu')).toMatchObject({ available: true });
    await engine.close();
  });
});

describe('what packaging decides', () => {
  it('checks the archive’s integrity where Electron can', () => {
    const integrity = (platform: 'darwin' | 'win32' | 'linux') =>
      fuses({ platform, arch: 'x64' })[FuseV1Options.EnableEmbeddedAsarIntegrityValidation];
    expect([integrity('darwin'), integrity('win32'), integrity('linux')]).toEqual([true, true, false]);
  });

  it.each([
    ['/package.json', false],
    ['/out/main/desktop.js', false],
    ['/resources/presets/quick.json', false],
    ['/node_modules/zod/index.js', false],
    ['/node_modules/zod/LICENSE', false],
    ['/node_modules/zod/index.d.ts', true],
    ['/node_modules/.bin', true],
    ['/node_modules/onnxruntime-node/bin/napi-v6/win32/x64/onnxruntime.dll', false],
    ['/node_modules/onnxruntime-node/bin/napi-v6/win32/arm64', true],
    ['/node_modules/onnxruntime-node/bin/napi-v6/linux', true],
    ['/src-main/desktop.ts', true],
    ['/package-lock.json', true],
    ['/.git/config', true],
  ])('%s left out for Windows on x64: %s', (path, left) => {
    expect(isLeftOut(path, { platform: 'win32', arch: 'x64' })).toBe(left);
  });
});
