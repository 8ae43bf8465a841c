/**
 * Trains the model that the sample project shows, on the sample's own faces, through the workbench's own services, and puts its checkpoint
 * and history into resources/sample. Run by `npm run train-sample`; minutes on two cores.
 */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '../src-main/compose.ts';
import { SAMPLE } from '../src-main/services/projects/sample-project.ts';
import { historyOf } from '../src-main/services/runs/import.ts';
import { trainOnSample } from './lib/sample-run.ts';

const home = await mkdtemp(join(tmpdir(), 'poster-var-sample-'));
const resources = join(import.meta.dirname, '..', 'resources', 'sample');
const services = composeServices({ home, door: 'cli' });
try {
  const { dataset, run } = await trainOnSample(services, join(home, 'project'), SAMPLE.seed);
  const { store } = services.workspace.require();
  const checkpoint = store.runs.checkpoint(run);
  if (checkpoint === null) throw new Error('The run has no checkpoint.');
  await mkdir(resources, { recursive: true });
  await copyFile(checkpoint, join(resources, 'tiny.safetensors'));
  await writeFile(join(resources, 'run.json'), `${JSON.stringify(historyOf({ store }, run))}\n`);
  const test = await services.evaluations.evaluate({ run, dataset, split: 'test' });
  console.error(
    `test accuracy ${test.accuracy.toFixed(3)}, 95% interval ${test.interval.map((side) => side.toFixed(3)).join(' to ')}`,
  );
} finally {
  await services.close();
  await rm(home, { recursive: true, force: true });
}
