/** Measurements that need a process of their own: what was done before must not count. Run as a program, it is that process. */
import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeServices } from '../../src-main/compose.ts';
import { initialise } from '../../src-main/services/engine/model/initialise.ts';
import { openTrainer } from '../../src-main/services/engine/runtime/trainer.ts';
import { paper, paperWeights, stepInput } from './paper.ts';

const tasks = {
  /** Seconds from weights to a trainer that can step: trace, lowering, session. */
  async open(batch: number): Promise<number> {
    const weights = paperWeights();
    const start = performance.now();
    const trainer = await openTrainer(weights, paper, 'cpu', { batch, vichKl: 'paper' });
    const seconds = (performance.now() - start) / 1000;
    await trainer.dispose();
    return seconds;
  },

  /** Peak resident memory during training steps, bytes. */
  async peak(batch: number): Promise<number> {
    // Not the golden values: their test keeps what it has computed, and that would count.
    const trainer = await openTrainer(initialise(paper, 1), paper, 'cpu', { batch, vichKl: 'paper' });
    const input = stepInput(batch);
    for (let step = 0; step < 4; step += 1) {
      // Writing 5 sets the mark of the highest use back to the present use.
      if (step === 2) writeFileSync('/proc/self/clear_refs', '5');
      await trainer.step(...input);
    }
    return peakMemory();
  },

  /** Peak resident memory of a process that imports a folder of this many images, bytes. */
  async importPeak(images: number): Promise<number> {
    const home = process.env['POSTER_VAR_HOME'] ?? '';
    const services = composeServices({ home, door: 'cli' });
    await services.workspace.create(join(home, 'project'), 'Measured');
    const { jobs } = services.workspace.require();
    const source = process.env['POSTER_VAR_SOURCE'] ?? '';
    const { job } = services.datasets.startImport({ source, format: 'folders', name: 'Measured' });
    const { status, dataset } = await jobs.finished(job);
    const report = dataset === null ? null : services.datasets.report(dataset);
    if (status !== 'done' || report?.images !== images || report.broken > 0)
      throw new Error(`the import ended as ${status} with ${report?.images} images`);
    await services.close();
    return peakMemory();
  },
};

function peakMemory(): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}

export type ChildTask = keyof typeof tasks;

/** Does a task in a fresh process. @param environment variables beside those of this one. */
export function inChild(task: ChildTask, batch: number, environment: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = fork(import.meta.filename, [task, String(batch)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    child.on('message', (value) => resolve(Number(value)));
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the process that measures "${task}" ended with ${code}`)));
  });
}

if (process.argv[1] === import.meta.filename && process.send) {
  const [, , task = '', batch] = process.argv;
  if (!(task in tasks)) throw new Error(`there is no task ${task}`);
  process.send(await tasks[task as ChildTask](Number(batch)), () => process.exit(0));
}
