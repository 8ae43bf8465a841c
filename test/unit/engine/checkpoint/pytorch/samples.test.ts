/** Files that PyTorch wrote, and what must be read from them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPyTorch } from '../../../../../src-main/services/engine/checkpoint/pytorch/read.ts';
import type { PyTorchTensor } from '../../../../../src-main/services/engine/checkpoint/pytorch/read.ts';
import { memorySource } from '../../../../../src-main/services/engine/checkpoint/pytorch/source.ts';
import { numbersOf } from './numbers.ts';

const folder = join(import.meta.dirname, '../../../../../../shared/reference/checkpoints');
const shared = existsSync(join(folder, 'expected.json'));

interface Expected {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sum: number;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

const DTYPES: Readonly<Record<string, string>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
};

const title = shared ? 'samples written by PyTorch' : 'samples written by PyTorch (skipped: ../shared is not there)';

describe.skipIf(!shared)(title, () => {
  const expected = shared
    ? (JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Record<string, Expected>>)
    : {};
  const read = (name: string) => readPyTorch(memorySource(readFileSync(join(folder, name))));

  for (const file of Object.keys(expected).filter((name) => !name.includes('#') && !name.startsWith('evil'))) {
    it(`reads ${file} as it says`, () => {
      const { tensors } = read(file);
      const byName = new Map(tensors.map((tensor): [string, PyTorchTensor] => [tensor.name, tensor]));
      for (const [name, { shape, dtype, sum, first, last }] of Object.entries(expected[file] ?? {})) {
        const tensor = byName.get(name);
        if (!tensor) throw new Error(`${name} was not found`);
        expect([tensor.element, tensor.shape], name).toEqual([DTYPES[dtype], shape]);
        const values = numbersOf(tensor);
        expect(
          values.reduce((total, value) => total + value, 0),
          name,
        ).toBeCloseTo(sum, 6);
        expect(values.slice(0, first.length), name).toEqual(first);
        expect(values.slice(values.length - last.length), name).toEqual(last);
      }
    });
  }

  it('reads the numbers beside the tensors', () => {
    const { scalars } = read('zip_training.pt');
    for (const [name, value] of Object.entries(expected['zip_training.pt#scalars'] ?? {})) {
      expect(scalars.get(name), name).toBe(value);
    }
  });

  it('refuses the hostile one by the name of what it asks for, and runs nothing', () => {
    expect(() => read('evil_reduce.pth')).toThrow('posix.system');
    expect(existsSync('/tmp/poster-var-evil-ran')).toBe(false);
  });
});
