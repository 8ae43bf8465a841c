/** What a packaged desktop application is made of: which files, which of them outside the archive, which of Electron's fuses. */
import { join } from 'node:path';
import { flipFuses, FuseV1Options, FuseVersion, type FuseConfig } from '@electron/fuses';
import type { HookFunctionArgs, OfficialArch, OfficialPlatform, Options } from '@electron/packager';

export const PRODUCT = 'POSTER-Var Workbench';
export const EXECUTABLE = 'poster-var-workbench';

export interface Target {
  readonly platform: OfficialPlatform;
  readonly arch: OfficialArch;
}

/** Electron checks an archive's hash on these; elsewhere the fuse has no meaning. */
const CHECKS_INTEGRITY: ReadonlySet<string> = new Set(['darwin', 'mas', 'win32']);

/** Every fuse is named: one that a later Electron adds makes packaging fail until somebody decides about it. */
export function fuses({ platform, arch }: Target): FuseConfig {
  return {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    resetAdHocDarwinSignature: platform === 'darwin' && arch === 'arm64',
    // The engine is a utility process: nobody needs the application to be a Node interpreter.
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: CHECKS_INTEGRITY.has(platform),
    // There are no cookies: the desktop needs no token.
    [FuseV1Options.EnableCookieEncryption]: false,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    // Without them a WebAssembly memory error would end the process instead of throwing.
    [FuseV1Options.WasmTrapHandlers]: true,
  };
}

const TOP_LEVEL = /^\/(?:package\.json$|(?:out|resources|node_modules)(?:\/|$))/;
const NOT_RUN = /^\/node_modules\/(?:\.|.*\.(?:d\.[cm]?ts|map|md|markdown|tsbuildinfo)$)/;
const RUNTIME_BINARIES = /^\/node_modules\/onnxruntime-node\/bin\/napi-v\d+\/(?<platform>\w+)(?:\/(?<arch>\w+))?/;

/**
 * Whether a file stays out. `path` begins with "/" at the repository's root. Development packages are left out by the packager itself;
 * ONNX Runtime brings the libraries of every platform, of which one is needed.
 */
export function isLeftOut(path: string, { platform, arch }: Target): boolean {
  if (path === '') return false;
  if (!TOP_LEVEL.test(path) || NOT_RUN.test(path)) return true;
  const binaries = RUNTIME_BINARIES.exec(path)?.groups;
  if (binaries === undefined) return false;
  return binaries['platform'] !== platform || (binaries['arch'] !== undefined && binaries['arch'] !== arch);
}

/** The operating system opens libraries by their path, and the engine opens models by theirs: neither can lie within an archive. */
export const UNPACKED = {
  unpack: '{**/*.node,**/*.{dylib,dll,so,so.*},**/node_modules/onnxruntime-node/bin/**}',
  unpackDir: 'resources',
};

function executable(folder: string, platform: OfficialPlatform): string {
  if (platform === 'darwin' || platform === 'mas') return join(folder, `${PRODUCT}.app`);
  return join(folder, platform === 'win32' ? `${EXECUTABLE}.exe` : EXECUTABLE);
}

async function setFuses({ buildPath, platform, arch }: HookFunctionArgs): Promise<void> {
  await flipFuses(executable(buildPath, platform), fuses({ platform, arch }));
}

/** `runtimes`: a folder with Electron's zip files, where they are not to be downloaded. */
export function packagerOptions(root: string, out: string, target: Target, runtimes?: string): Options {
  return {
    dir: root,
    out,
    ...target,
    name: PRODUCT,
    executableName: EXECUTABLE,
    appBundleId: 'org.poster-var.workbench',
    appCategoryType: 'public.app-category.developer-tools',
    overwrite: true,
    ignore: (path) => isLeftOut(path, target),
    asar: UNPACKED,
    // After everything else: macOS's ad-hoc signature covers what is in the bundle by then.
    afterComplete: [setFuses],
    ...(runtimes === undefined ? {} : { electronZipDir: runtimes }),
  };
}
