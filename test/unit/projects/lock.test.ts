import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProjectLock } from '../../../src-main/services/projects/lock.ts';
import { temporaryFolder } from '../store/fixture.ts';

/** Starts a process that takes the lock; resolves with its first line. */
async function holder(folder: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'hold.ts'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: said.toString().trim() };
}

describe('ProjectLock', () => {
  it('is held by one of many processes that start at once, and the others say by whom', async () => {
    const folder = temporaryFolder();
    const all = await Promise.all(Array.from({ length: 8 }, () => holder(folder)));
    const winners = all.filter(({ said }) => said === 'held');
    expect(winners).toHaveLength(1);
    const losers = all.filter(({ said }) => said !== 'held');
    for (const { said } of losers) expect(said).toMatch(/^locked: This project is already open in /);
    // All have said what they had to say: whoever asks now learns the name.
    const { said } = await holder(folder);
    expect(said).toContain(`in the command line (process ${winners[0]?.child.pid}, since `);
  });

  it('ends with its process, however that dies', async () => {
    const folder = temporaryFolder();
    const { child, said } = await holder(folder);
    expect(said).toBe('held');
    expect(() => ProjectLock.take(folder, 'web')).toThrow(/already open/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = ProjectLock.take(folder, 'web');
    lock.release();
    ProjectLock.take(folder, 'desktop').release();
  });

  it('is not impressed by a name left behind, even of a process that lives', () => {
    const folder = temporaryFolder();
    const left = { pid: process.pid, host: 'here', door: 'web', since: new Date().toISOString() };
    writeFileSync(join(folder, 'project.holder.json'), JSON.stringify(left));
    ProjectLock.take(folder, 'cli').release();
  });

  it('holds against the same process too', () => {
    const folder = temporaryFolder();
    const lock = ProjectLock.take(folder, 'desktop');
    expect(() => ProjectLock.take(folder, 'desktop')).toThrow(/in the desktop window/);
    lock.release();
  });
});
