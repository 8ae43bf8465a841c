import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createStore, openStore } from '../../../src-main/services/store/store.ts';
import { addDataset, addRun, muFor, newImage, temporaryFolder } from '../store/fixture.ts';

const KILLS = 10;

/** Labels in a process of its own and kills it after a while; the lines it printed, complete ones only. */
async function labelAndKill(folder: string, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'label-forever.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await once(child, 'close');
  return output.split('\n').slice(0, -1);
}

describe('kill -9 while labelling', () => {
  it(`loses no acknowledged batch in ${KILLS} kills`, async () => {
    const folder = temporaryFolder();
    const store = createStore(folder, 'Kill');
    const images = Array.from({ length: 500 }, (_, index) => newImage(`${index}.png`, 'sad'));
    const { dataset, ids } = addDataset(store, 'd', images);
    const run = addRun(store, dataset);
    store.runs.putPredictions(
      run,
      ids.map((image) => ({ image, mu: muFor('happy'), logvar: null })),
    );
    store.close();
    let acknowledged = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const lines = await labelAndKill(folder, Math.random() * 150);
      acknowledged += lines.length;
      // Opening looks through every page and fails on a damaged one.
      openStore(folder).close();
      const sql = new Sqlite(join(folder, 'project.sqlite'), { readonly: true });
      const stored = sql
        .prepare<[], string>(
          `SELECT batch || ' ' || count(*) || ' ' || label_after FROM annotations GROUP BY batch, label_after`,
        )
        .pluck()
        .all();
      const states = sql
        .prepare(
          `SELECT count(*) FROM states s JOIN predictions p ON p.run = ${run} AND p.dataset = s.dataset AND p.image = s.image
           WHERE s.label IS NOT coalesce((SELECT label_after FROM annotations a WHERE a.image = s.image ORDER BY id DESC LIMIT 1),
             'sad') OR p.correct <> (s.label = 'happy')`,
        )
        .pluck()
        .get();
      sql.close();
      expect(new Set(stored)).toEqual(new Set([...stored, ...lines]));
      // No half of a batch either: the state and the predictions agree with the log.
      expect(states).toBe(0);
    }
    expect(acknowledged).toBeGreaterThan(KILLS);
  });
});
