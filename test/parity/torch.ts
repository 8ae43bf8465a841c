/** A Python with torch, onnx and onnxruntime: the one that PYTHON names. Tests that need one skip without it, and say so. */
import { spawnSync } from 'node:child_process';

const named = process.env['PYTHON'];

function complaint(): string | null {
  if (named === undefined) return 'skipped: PYTHON names no Python with torch, onnx and onnxruntime';
  const { status, stderr, error } = spawnSync(named, ['-c', 'import torch, onnx, onnxruntime, PIL'], {
    encoding: 'utf8',
  });
  if (status === 0) return null;
  return `skipped: ${named} has no torch, onnx, onnxruntime and pillow (${error?.message ?? stderr.trim().split('\n').at(-1)})`;
}

/** Why there is none; null where there is one. */
export const NO_TORCH = complaint();

/** Runs a script and returns what it printed. @throws Error with Python's own words. */
export function python(script: string, args: readonly string[], folder: string): string {
  const { status, stdout, stderr } = spawnSync(named ?? '', [script, ...args], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
