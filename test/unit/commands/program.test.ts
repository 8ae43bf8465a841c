import { describe, expect, it } from 'vitest';
import { FailureError, type Failure } from '../../../src-shared/domain/failure.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { ImportReport } from '../../../src-shared/domain/dataset.ts';
import { runCommandLine } from '../../../src-main/commands/program.ts';
import type { ComposeOptions, Services } from '../../../src-main/compose.ts';
import type { Jobs } from '../../../src-main/services/jobs/interface.ts';
import type { OpenProject } from '../../../src-main/services/projects/workspace.ts';
import { EventBus } from '../../../src-main/transport/bus.ts';
import { FakeTerminal } from './terminal.ts';

const PROJECT = { path: '/home/ada/study', name: 'study', sample: false, openedAt: '2026-01-01T00:00:00Z' };
const REPORT: ImportReport = {
  dataset: 7,
  name: 'photos',
  images: 3,
  broken: 1,
  excluded: 0,
  format: 'folders',
  reason: '',
  choices: {},
  duplicates: 1,
  unlabelled: 0,
  classes: { sad: 2, happy: 1 },
  splits: { train: 2, val: 1 },
  problems: [{ path: 'a.jpg', kind: 'unreadable', reason: 'It is empty.' }],
  problemCount: 1,
  seconds: 2,
};
const JOB: Job = {
  id: 4,
  kind: 'import',
  title: 'Import photos',
  status: 'done',
  done: 3,
  total: 3,
  unit: 'images',
  rate: null,
  etaSeconds: null,
  text: '',
  run: null,
  dataset: 7,
  error: null,
  createdAt: '',
  startedAt: null,
  endedAt: null,
};
const NO_PROJECT: Failure = { kind: 'not-found', message: 'There is no folder.', remedy: 'Check the path.' };

interface Scene {
  /** How the import job ends; by default it is done. */
  readonly job?: Partial<Job>;
  /** False: the project's folder does not exist yet. */
  readonly exists?: boolean;
}

/** A command line over services that remember how they were called. */
async function run(args: string[], { job = {}, exists = true }: Scene = {}) {
  const terminal = new FakeTerminal();
  const calls: unknown[][] = [];
  const composed: ComposeOptions[] = [];
  const events = new EventBus(true);
  const ended = Promise.withResolvers<Job>();
  const jobs: Partial<Jobs> = {
    finished: () => ended.promise,
    cancel: (id) => {
      calls.push(['cancel', id]);
      const cancelled: Failure = { kind: 'cancelled', message: 'Cancelled.', remedy: '' };
      ended.resolve({ ...JOB, status: 'cancelled', error: cancelled });
      return true;
    },
  };
  const workspace: Partial<Services['workspace']> = {
    require: () => ({ project: PROJECT, jobs }) as OpenProject,
    create: (path, name) => {
      calls.push(['create', path, name]);
      return Promise.resolve(PROJECT);
    },
    open: (path) => {
      calls.push(['open', path]);
      return exists ? Promise.resolve(PROJECT) : Promise.reject(new FailureError(NO_PROJECT));
    },
  };
  const datasets: Partial<Services['datasets']> = {
    startImport: (order) => {
      calls.push(['startImport', order]);
      setTimeout(() => {
        events.emit('job.changed', { job: { ...JOB, status: 'running', done: 2, rate: 1.5, etaSeconds: 1 } });
        if (args.includes('interrupted')) terminal.interrupt();
        else ended.resolve({ ...JOB, ...job });
      }, 5);
      return { job: JOB.id };
    },
    report: () => REPORT,
    interrupted: () => [],
  };
  const runs: Partial<Services['runs']> = { left: () => [] };
  const services: Partial<Services> = {
    events,
    runs: runs as Services['runs'],
    workspace: workspace as Services['workspace'],
    datasets: datasets as Services['datasets'],
    close: () => {
      calls.push(['close']);
      return Promise.resolve();
    },
  };
  const code = await runCommandLine(args, {
    terminal,
    version: '1.2.3',
    home: '/home/poster-var',
    compose: (options) => {
      composed.push(options);
      return Promise.resolve(services as Services);
    },
  });
  return { code, terminal, calls, composed, json: () => JSON.parse(terminal.out) as unknown };
}

describe('the command line', () => {
  it('imports by one service call and prints exactly one JSON object on standard output', async () => {
    const flags = [
      '--format',
      'csv',
      '--map',
      'path=image,label=emotion',
      '--split',
      '0.8,0.2',
      '--seed',
      '3',
      '--json',
    ];
    const { code, terminal, calls, composed, json } = await run([
      'import',
      'photos/legend.csv',
      '--project',
      'study',
      ...flags,
    ]);
    expect(code).toBe(0);
    expect(composed).toEqual([{ home: '/home/poster-var', door: 'cli' }]);
    expect(calls).toEqual([
      ['open', '/home/ada/study'],
      [
        'startImport',
        {
          source: '/home/ada/photos/legend.csv',
          format: 'csv',
          name: 'legend',
          mapping: { path: 'image', label: 'emotion' },
          split: { shares: { train: 0.8, val: 0.2 }, seed: 3 },
        },
      ],
      ['close'],
    ]);
    expect(terminal.out.trim().split('\n')).toHaveLength(1);
    expect(json()).toMatchObject({ dataset: 'photos', id: 7, images: 3, broken: 1, duplicates: 1 });
    expect(terminal.err).toContain('2/3 images  1.50/s  ETA 0:01');
  });

  it('prints tables for people', async () => {
    const { code, terminal } = await run(['import', 'photos', '--project', 'study']);
    expect(code).toBe(0);
    expect(terminal.out).toContain('"photos": 3 images in 0:02, 1 broken, 1 duplicate, 0 unlabelled');
    expect(terminal.out).toContain('  a.jpg: It is empty.');
    expect(terminal.out).not.toContain('{');
  });

  it('makes the project for import, and for import only', async () => {
    const made = await run(['import', 'photos', '--project', 'study', '--json'], { exists: false });
    expect(made.calls.slice(0, 2)).toEqual([
      ['open', '/home/ada/study'],
      ['create', '/home/ada/study', 'study'],
    ]);
    for (const args of [
      ['train', '--project', 'x', '--dataset', 'd'],
      ['evaluate', '--project', 'x', '--run', '1'],
      ['predict', '--project', 'x', '--run', '1'],
      ['label', '--project', 'x', '--from', 'f.csv'],
      ['export', 'labels', '--project', 'x', '--out', 'f.csv'],
      ['serve', '--project', 'x', '--no-open'],
    ]) {
      const { code, calls, json } = await run([...args, '--json'], { exists: false });
      expect(code).toBe(1);
      expect(json()).toEqual({ error: NO_PROJECT });
      expect(calls).toEqual([['open', '/home/ada/x'], ['close']]);
    }
  });

  it('tells a failed job as the failure that it is, with exit code 1', async () => {
    const error: Failure = { kind: 'disk-full', message: 'The disk is full.', remedy: 'Free some space.' };
    const failed = { job: { status: 'failed', error } } as const;
    const asJson = await run(['import', 'photos', '--project', 'study', '--json'], failed);
    expect(asJson.code).toBe(1);
    expect(asJson.json()).toEqual({ error });
    const forPeople = await run(['import', 'photos', '--project', 'study'], failed);
    expect(forPeople.terminal.out).toBe('');
    expect(forPeople.terminal.err).toContain('The disk is full.\nFree some space.\n');
  });

  it('cancels its job on Ctrl+C and closes everything', async () => {
    const { code, calls, json, terminal } = await run(['import', 'interrupted', '--project', 'study', '--json']);
    expect(code).toBe(1);
    expect(json()).toMatchObject({ error: { kind: 'cancelled' } });
    expect(calls.slice(-2)).toEqual([['cancel', 4], ['close']]);
    expect(terminal.err).toContain('Cancelling');
  });

  it('names a defect "internal", its stack on standard error only', async () => {
    const { code, json, terminal } = await run(['devices', '--json']);
    expect(code).toBe(1);
    expect(json()).toMatchObject({ error: { kind: 'internal' } });
    expect(terminal.err).toContain('devices.ts');
  });

  it.each([
    [[], 'Which command'],
    [['nope'], 'nope'],
    [['import', 'photos'], '--project'],
    [['import', '--project', 'p'], 'source'],
    [['import', 'photos', '--project', 'p', '--split', '0.5,0.6'], 'sum to 1'],
    [['import', 'photos', '--project', 'p', '--format', 'zip'], 'folders'],
    [['import', 'photos', '--project', 'p', '--map', 'path=a'], 'label=COLUMN'],
    [['import', 'photos', '--project', 'p', '--seed', '1'], '--split'],
    [['import', 'photos', 'more', '--project', 'p'], 'argument'],
    [['train', '--project', 'p'], '--dataset'],
    [['train', '--project', 'p', '--dataset', 'd', '--epochs', '0'], 'whole number'],
    [['train', '--project', 'p', '--dataset', 'd', '--size', 'huge'], 'paper'],
    [['predict', '--project', 'p'], '--checkpoint'],
    [['predict', '--project', 'p', '--run', '1', '--checkpoint', 'f'], 'either'],
    [['predict', '--checkpoint', 'f'], '--project'],
    [['predict', '--project', 'p', '--run', '1', '--images', 'a.jpg', '--dataset', 'd'], '--images'],
    [['predict', '--project', 'p', '--run', 'best'], 'whole number'],
    [['explain', 'a.jpg', '--out', 'o'], '--checkpoint'],
    [['explain', '--checkpoint', 'f', '--out', 'o'], 'image'],
    [['export', 'images', '--project', 'p', '--out', 'o'], 'predictions'],
    [['export', 'labels', '--project', 'p', '--out', 'o', '--run', '1'], '--run'],
    [['model'], 'Which command'],
    [['model', 'init', '--out', 'f'], '--size'],
    [['model', 'init', '--size', 'tiny', '--classes', '9', '--out', 'f'], '7, 8'],
    [['serve', '--port', '65536'], '65535'],
    [['devices', '--loud'], '--loud'],
  ])('answers %j with usage: exit code 2, in words and as JSON, without touching anything', async (args, hint) => {
    const { code, terminal, composed } = await run(args);
    expect(code).toBe(2);
    expect(terminal.err).toContain(hint);
    expect(terminal.out).toBe('');
    const asJson = await run([...args, '--json']);
    expect(asJson.code).toBe(2);
    expect(asJson.json()).toMatchObject({ error: { kind: 'invalid', remedy: expect.any(String) as string } });
    expect(asJson.terminal.out.trim().split('\n')).toHaveLength(1);
    expect([...composed, ...asJson.composed]).toEqual([]);
  });

  const COMMANDS = [
    'import',
    'train',
    'predict',
    'evaluate',
    'explain',
    'label',
    'export',
    'model',
    'serve',
    'devices',
  ];
  it.each([...COMMANDS.map((name) => [name]), ['model', 'init'], ['model', 'inspect'], []])(
    'has help with an example for %s',
    async (...args) => {
      const words = args.filter((word) => typeof word === 'string');
      const { code, terminal } = await run([...words, '--help']);
      expect(code).toBe(0);
      expect(terminal.out).toContain('Usage: poster-var');
      expect(terminal.out).toMatch(/Example:\n {2}\$ poster-var /);
      for (const name of words.length === 0 ? COMMANDS : []) expect(terminal.out).toContain(`\n  ${name} `);
    },
  );

  it('prints its version', async () => {
    expect((await run(['--version'])).terminal.out).toBe('1.2.3\n');
  });
});
