import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  createUtilityEngine,
  type ForkUtility,
  type UtilityChild,
} from '../../../src-main/transport/electron/engine.ts';

class FakeChild implements UtilityChild {
  readonly pid = 42;
  readonly stderr = new PassThrough();
  readonly posted: unknown[] = [];
  killed = false;
  #message: (message: unknown) => void = () => undefined;
  #exit: (code: number) => void = () => undefined;

  postMessage(message: unknown): void {
    this.posted.push(message);
  }
  on(_event: 'message', listener: (message: unknown) => void): void {
    this.#message = listener;
  }
  once(_event: 'exit', listener: (code: number) => void): void {
    this.#exit = listener;
  }
  kill(): boolean {
    this.killed = true;
    return true;
  }
  say(message: unknown): void {
    this.#message(message);
  }
  exit(code: number): void {
    this.#exit(code);
  }
}

describe('the engine in a utility process', () => {
  it('starts its own entry, carries messages, and tells how it ended with the last line it wrote', async () => {
    const child = new FakeChild();
    const forked: Parameters<ForkUtility>[] = [];
    const spawn = createUtilityEngine(
      (...args) => {
        forked.push(args);
        return child;
      },
      { engine: '/out/main/engine.js', reader: '/out/main/reader.js' },
    );
    const engine = spawn('engine', { POSTER_VAR_HOME: '/home/poster-var' });
    spawn('reader');
    expect(forked[0]?.slice(0, 2)).toEqual(['/out/main/engine.js', []]);
    expect(forked[1]).toMatchObject(['/out/main/reader.js', [], { execArgv: ['--max-old-space-size=192'] }]);
    expect(forked[0]?.[2].env).toMatchObject({ POSTER_VAR_HOME: '/home/poster-var', PATH: process.env['PATH'] });
    // Packaged builds have that fuse off: nothing may lean on it.
    expect(forked[0]?.[2].env).not.toHaveProperty('ELECTRON_RUN_AS_NODE');
    expect(engine.pid).toBe(42);

    const heard: unknown[] = [];
    const ends: string[] = [];
    engine.onMessage((message) => heard.push(message));
    engine.onExit((how) => ends.push(how));
    engine.post({ kind: 'cancel', reason: 'keep', id: 1 });
    child.say({ kind: 'value', id: 1, value: null });
    expect(child.posted).toEqual([{ kind: 'cancel', reason: 'keep', id: 1 }]);
    expect(heard).toEqual([{ kind: 'value', id: 1, value: null }]);

    child.stderr.write('first\nout of memory\n');
    await new Promise((resolve) => setImmediate(resolve));
    child.exit(134);
    expect(ends).toEqual(['exit code 134: out of memory']);
    engine.kill();
    expect(child.killed).toBe(true);
  });
});
