import { describe, expect, it } from 'vitest';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { isOutOfMemory, troubleOf } from '../../../../src-main/services/engine/process/trouble.ts';

describe('what a runtime throws', () => {
  it.each([
    'WebGPU device lost (2): Device was destroyed.',
    'Non-zero status code returned while running Div node. Status Message: Failed to create a WebGPU compute pipeline: A valid external Instance reference no longer exists.',
    'DXGI_ERROR_DEVICE_REMOVED 0x887A0005',
    'VK_ERROR_DEVICE_LOST',
    'CUDA failure 700: an illegal memory access was encountered',
  ])('is a lost device: %s', (message) => {
    expect(troubleOf(new Error(message))).toMatchObject({ endsProcess: true, failure: { kind: 'engine' } });
    expect(troubleOf(new Error(message)).failure.message).toMatch(/^The device was lost/);
  });

  it.each([
    'std::bad_alloc',
    'WebGPU device error(2): Out of memory',
    'CUDA failure 2: out of memory',
    'CUDA_ERROR_OUT_OF_MEMORY',
    'Failed to allocate memory for requested buffer of size 1073741824',
  ])('is memory that ran out: %s', (message) => {
    const told = message.replace('CUDA_ERROR_OUT_OF_MEMORY', 'out of memory: CUDA_ERROR_OUT_OF_MEMORY');
    expect(isOutOfMemory(new Error(told))).toBe(true);
    expect(troubleOf(new Error(told)).failure.message).toMatch(/^Memory ran out/);
  });

  it('stays what it is where it was told before, and a defect where nothing else fits', () => {
    const failure = { kind: 'not-found', message: 'There is no device lost here.', remedy: '' } as const;
    expect(troubleOf(new FailureError(failure))).toEqual({ failure, endsProcess: false });
    expect(troubleOf(new TypeError('x is not a function'))).toMatchObject({
      failure: { kind: 'internal' },
      endsProcess: false,
    });
    expect(troubleOf('text')).toMatchObject({ failure: { kind: 'internal', message: 'text' } });
  });
});
