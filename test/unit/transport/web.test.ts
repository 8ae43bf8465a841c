import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode } from '../../../src-shared/contract/codec.ts';
import { composeServices, type Services } from '../../../src-main/compose.ts';
import { startWebHost } from '../../../src-main/web.ts';

describe('the web host', () => {
  const folder = mkdtempSync(join(tmpdir(), 'poster-var-web-'));
  const rendererFolder = join(folder, 'renderer');
  const log = (thrown: unknown): void => expect.fail(String(thrown));
  let services: Services;

  beforeAll(() => {
    services = composeServices({ home: join(folder, 'home'), door: 'web' });
  });
  afterAll(async () => {
    await services.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says how to build the page where it has not been built', async () => {
    const started = startWebHost({ services, version: '1', port: 0, rendererFolder, log });
    await expect(started).rejects.toMatchObject({
      failure: { kind: 'unavailable', remedy: expect.stringContaining('build') as string },
    });
  });

  it('serves page and methods to the browser that it opens, and refuses a port that is taken', async () => {
    mkdirSync(rendererFolder);
    writeFileSync(join(rendererFolder, 'index.html'), '<title>Workbench</title>');
    const opened: string[] = [];
    const options = { services, version: '1', rendererFolder, log };
    const host = await startWebHost({ ...options, port: 0, open: (url) => opened.push(url) });
    const { origin, port } = new URL(host.url);
    expect(opened).toHaveLength(1);
    expect(opened[0]).not.toBe(host.url);

    const signedIn = await fetch(opened[0] ?? '', { redirect: 'manual' });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect(await (await fetch(origin, { headers: { cookie } })).text()).toContain('Workbench');
    expect((await fetch(origin)).status).toBe(401);
    const answer = await fetch(`${origin}/api/app.info`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, cookie },
      body: '{}',
    });
    expect(decode(await answer.text())).toMatchObject({ ok: true, value: { host: 'web', version: '1' } });

    const second = startWebHost({ ...options, port: Number(port) });
    await expect(second).rejects.toMatchObject({
      failure: { kind: 'conflict', message: `Port ${port} is in use by another program.` },
    });
    await host.close();
    await expect(fetch(origin)).rejects.toThrow();
  });

  it('takes any free port where the usual one is taken', async () => {
    mkdirSync(rendererFolder, { recursive: true });
    const options = { services, version: '1', port: null, rendererFolder, log };
    const hosts = [await startWebHost(options), await startWebHost(options)];
    expect(new Set(hosts.map(({ url }) => new URL(url).port)).size).toBe(2);
    for (const host of hosts) await host.close();
  });
});
