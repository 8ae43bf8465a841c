import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { Api } from './api.ts';
import { Host } from './host.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** An application home with the finished sample project in it; tests work on copies. */
    preparedHome: string;
  }
}

/** Makes the sample once, through the same door as a person does; every test file starts from a copy. */
export default async function setup(project: TestProject): Promise<() => void> {
  const home = mkdtempSync(join(tmpdir(), 'poster-var-prepared-'));
  const host = await Host.start(home, []);
  try {
    const api = await Api.connect(host.url);
    const { job } = await api.get('project.openSample', {});
    const ended = job === null ? null : await api.finished(job);
    if (ended !== null && ended.status !== 'done')
      throw new Error(`The sample could not be made: ${ended.error?.message ?? ended.status}`);
  } finally {
    await host.stop();
  }
  project.provide('preparedHome', home);
  return () => rmSync(home, { recursive: true, force: true });
}
