import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composeServices, type Services } from '../../../src-main/compose.ts';

describe('the sample project', () => {
  let home: string;
  let services: Services;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'poster-var-sample-project-'));
    services = composeServices({ home, door: 'cli' });
  });
  afterEach(async () => {
    await services.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('is made in one job; a job cut short is finished by the next opening and keeps what a person did', async () => {
    const { sample, workspace, events } = services;
    const first = await sample.open();
    if (first.job === null) throw new Error('A fresh home has a finished sample.');
    // Cancelled once the faces are imported and the first predictions stand.
    events.subscribe(({ event }) => {
      if (event === 'predictions.changed' || event === 'run.changed') workspace.require().jobs.cancel(first.job ?? -1);
    });
    const cut = await workspace.require().jobs.finished(first.job);
    expect(cut.status).toBe('cancelled');
    const dataset = services.datasets.list()[0];
    expect(dataset?.images).toBe(600);
    const { snapshot } = await services.gallery.open({
      dataset: dataset!.id,
      run: null,
      q: '',
      sort: 'id',
      descending: false,
    });
    const [row] = services.gallery.page({ snapshot, offset: 0, limit: 1 });
    services.labels.apply({ on: { images: [row!.id] }, change: { kind: 'flag', flagged: true } });

    await services.close();
    services = composeServices({ home, door: 'cli' });
    const second = await services.sample.open();
    expect(second.job).not.toBeNull();
    const ended = await services.workspace.require().jobs.finished(second.job ?? -1);
    expect(ended.error).toBeNull();
    expect(ended.status).toBe('done');
    expect(services.datasets.list().map(({ id }) => id)).toEqual([dataset?.id]);
    expect(services.runs.list()).toMatchObject([{ kind: 'trained', status: 'done', predictions: 600 }]);
    expect(services.gallery.rows({ images: [row!.id], run: null })[0]?.flagged).toBe(true);

    expect((await services.sample.open()).job).toBeNull();
  });
});
