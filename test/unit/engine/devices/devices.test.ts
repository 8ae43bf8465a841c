/** `tiny` on other devices computes what it computes on the processor: a forward pass, and two whole training steps. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installedIn, tensorflowFolder } from '../../../../src-main/services/engine/runtime/tensorflow/place.ts';
import { softwareVulkan } from '../../../software-vulkan.ts';
import type { Computed, Traffic } from './on-device.ts';

const PROGRAM = fileURLToPath(new URL('./on-device.ts', import.meta.url));
/** A software renderer compiles hundreds of shaders before its first step. */
const PATIENCE_MS = 600_000;

let folder: string;
let processor: Computed;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'poster-var-on-device-'));
  processor = await compute('cpu');
}, PATIENCE_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function compute(device: string, env: NodeJS.ProcessEnv = process.env, prefix = ''): Promise<Computed> {
  const out = join(folder, `${device}.json`);
  const child = spawn(process.execPath, [PROGRAM, device, out, prefix], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  expect(code, errors).toBe(0);
  return JSON.parse(readFileSync(out, 'utf8')) as Computed;
}

/** Norm of the difference, relative to the norm of what was expected. */
function distance(actual: readonly number[], expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length);
  const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return norm(actual.map((value, index) => value - (expected[index] ?? NaN))) / norm(expected);
}

function expectAgreement(actual: Computed): void {
  expect(distance(actual.mu, processor.mu)).toBeLessThan(1e-4);
  expect(distance(actual.logvar, processor.logvar)).toBeLessThan(1e-4);
  expect(actual.losses).toHaveLength(2);
  actual.losses.forEach((loss, step) => expect(loss).toBeCloseTo(processor.losses[step] ?? NaN, 3));
  expect(distance(actual.parameters, processor.parameters)).toBeLessThan(1e-3);
  expect(distance(actual.moments, processor.moments)).toBeLessThan(1e-3);
  // The head alone: the same functions, another cut.
  expect(new Set(actual.judged).size).toBeGreaterThan(14);
  expect(distance(actual.head, processor.head)).toBeLessThan(1e-4);
  expect(distance(actual.judged, processor.judged)).toBeLessThan(1e-4);
}

/** In a step after the first, only the batch goes to the device, and only the loss and mu come back. */
function expectStateStays({ traffic, parameters }: Computed): void {
  const names = (part: Traffic, where: 'cpu' | 'gpu-buffer'): string[] =>
    Object.keys(part)
      .filter((name) => part[name]?.location === where)
      .toSorted();
  const state = ['exp_avg', 'exp_avg_sq', 'parameters', 'statistics'];
  expect(names(traffic.in, 'gpu-buffer')).toEqual(state);
  expect(names(traffic.out, 'gpu-buffer')).toEqual([
    'next exp_avg',
    'next exp_avg_sq',
    'nextParameters',
    'nextStatistics',
  ]);
  expect(names(traffic.out, 'cpu')).toEqual(['loss', 'mu']);
  // All of the trainable parameters, and no vector of that size goes another way.
  const trainable = traffic.in['parameters']?.size ?? 0;
  expect(trainable).toBeGreaterThan(parameters.length / 2);
  for (const [name, { location, size }] of Object.entries(traffic.in)) {
    if (location === 'cpu' && name !== 'images') expect(size, name).toBeLessThan(20);
  }
}

const vulkan = softwareVulkan();
const unavailable = 'missing' in vulkan ? ` (skipped: ${vulkan.missing})` : '';

describe.skipIf('missing' in vulkan)(`webgpu on a software renderer${unavailable}`, () => {
  test(
    'forward pass and training steps agree with the processor, no node falls back to it, and the state stays',
    async () => {
      const prefix = join(folder, 'profile-');
      const computed = await compute('webgpu', 'env' in vulkan ? vulkan.env : {}, prefix);
      expectAgreement(computed);
      expectStateStays(computed);
      for (const part of ['forward', 'step']) {
        const file = readdirSync(folder).find((name) => name.startsWith(`profile-${part}`)) ?? '';
        const nodes = providers(join(folder, file));
        expect(nodes.get('WebGpuExecutionProvider')?.length, part).toBeGreaterThan(part === 'step' ? 3_000 : 200);
        expect([...nodes.keys()], `${part}: ${nodes.get('CPUExecutionProvider')?.slice(0, 10).join()}`).toEqual([
          'WebGpuExecutionProvider',
        ]);
      }
    },
    PATIENCE_MS,
  );
});

/** Names of the nodes that ran, by execution provider. */
function providers(profile: string): Map<string, string[]> {
  const events = JSON.parse(readFileSync(profile, 'utf8')) as {
    cat: string;
    name: string;
    args?: { provider?: string };
  }[];
  const nodes = new Map<string, string[]>();
  for (const { cat, name, args } of events) {
    if (cat !== 'Node' || !args?.provider) continue;
    nodes.set(args.provider, [...(nodes.get(args.provider) ?? []), name]);
  }
  return nodes;
}

const installed = installedIn(tensorflowFolder()) !== null;
const absent = installed ? '' : ' (skipped: not installed, "npm run cli -- tensorflow install" gets it)';

describe.skipIf(!installed)(`tensorflow${absent}`, () => {
  test(
    'the same functions, run op by op, agree with the processor',
    async () => {
      expectAgreement(await compute('tensorflow'));
    },
    PATIENCE_MS,
  );
});
