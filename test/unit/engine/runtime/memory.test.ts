/** The environment in which a process keeps what it frees, and that sessions notice it. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { keepsMemory, memoryEnvironment } from '../../../../src-main/services/engine/runtime/memory.ts';

afterEach(() => vi.unstubAllEnvs());

describe.runIf(process.platform === 'linux')('memoryEnvironment', () => {
  test('is what keepsMemory looks for', () => {
    vi.stubEnv('GLIBC_TUNABLES', undefined);
    expect(keepsMemory()).toBe(false);
    vi.stubEnv('GLIBC_TUNABLES', memoryEnvironment()['GLIBC_TUNABLES']);
    expect(keepsMemory()).toBe(true);
  });

  test('leaves standing what a person has set', () => {
    const set = memoryEnvironment('glibc.malloc.check=3')['GLIBC_TUNABLES'];
    expect(set?.split(':')[0]).toBe('glibc.malloc.check=3');
    vi.stubEnv('GLIBC_TUNABLES', set);
    expect(keepsMemory()).toBe(true);
  });
});
