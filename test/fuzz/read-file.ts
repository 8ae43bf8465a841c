/** Reads one file in a process of its own and says how long that took of the processor's time and how much memory, in MiB beyond the file's size. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { FailureError } from '../../src-shared/domain/failure.ts';
import { readPyTorch } from '../../src-main/services/engine/checkpoint/pytorch/read.ts';
import { fileSource } from '../../src-main/services/engine/checkpoint/pytorch/source.ts';

const descriptor = openSync(process.argv[2] ?? '', 'r');
const size = fstatSync(descriptor).size;
const before = process.memoryUsage().rss;
const began = process.cpuUsage();
try {
  readPyTorch(fileSource(descriptor, size));
} catch (thrown) {
  if (!(thrown instanceof FailureError)) throw thrown;
}
const { user, system } = process.cpuUsage(began);
const ms = (user + system) / 1_000;
closeSync(descriptor);
const beyond = (process.resourceUsage().maxRSS * 1024 - before - size) / 2 ** 20;
console.log(JSON.stringify({ ms, beyond }));
