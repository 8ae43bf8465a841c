/** Starts the benchmark as the process that trains and predicts is started: memory is dealt with in the same way. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { memoryEnvironment } from '../../src-main/services/engine/runtime/memory.ts';

const child = fork(join(import.meta.dirname, 'bench.ts'), process.argv.slice(2), {
  env: { ...process.env, ...memoryEnvironment() },
});
child.on('exit', (code) => (process.exitCode = code ?? 1));
