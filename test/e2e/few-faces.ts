/** A project on a few drawn faces, so that whole trainings take seconds. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawFaces } from '../fixtures/faces.ts';
import type { Api } from './api.ts';

/** Three faces a class to train on and one to measure on. @returns the dataset's id. */
export async function openFewFaces(api: Api, home: string): Promise<number> {
  const source = join(home, 'few-faces');
  const faces = await drawFaces(4);
  for (const [at, { expression, jpeg }] of faces.entries()) {
    const folder = join(source, at % 4 === 3 ? 'val' : 'train', expression);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${at}.jpg`), jpeg);
  }
  await api.get('project.create', { path: join(home, 'few'), name: 'Few faces' });
  const { job } = await api.get('import.start', { source, format: 'folders', name: 'few' });
  const ended = await api.finished(job);
  if (ended.status !== 'done') throw new Error(`The import ended as ${ended.status}.`);
  return (await api.get('datasets.list', {}))[0]?.id ?? -1;
}
