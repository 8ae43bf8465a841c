/** Every command over the real services and a real engine process, in a temporary project. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src-main/commands/program.ts';
import { composeServices } from '../../../src-main/compose.ts';
import { makePhotos } from './photos.ts';
import { FakeTerminal } from './terminal.ts';

const PER_CLASS = 5;
const IMAGES = 2 * PER_CLASS + 2;
const SOUND = IMAGES - 1;

describe('commands over real services', () => {
  const folder = mkdtempSync(join(tmpdir(), 'poster-var-cli-'));
  beforeAll(() => makePhotos(join(folder, 'photos'), PER_CLASS));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run(...args: string[]) {
    const terminal = new FakeTerminal({ cwd: folder });
    const compose = (options: Parameters<typeof composeServices>[0]) => Promise.resolve(composeServices(options));
    const code = await runCommandLine([...args, '--json'], {
      terminal,
      version: '1',
      home: join(folder, 'home'),
      compose,
    });
    expect(terminal.out.trim().split('\n')).toHaveLength(1);
    return { code, json: JSON.parse(terminal.out) as Record<string, unknown>, err: terminal.err };
  }

  const read = (name: string): string[][] =>
    readFileSync(join(folder, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));

  it('import makes the project and loses no file', async () => {
    const { code, json } = await run('import', 'photos', '--project', 'study', '--split', '0.6,0.4', '--seed', '1');
    expect(code).toBe(0);
    expect(json).toMatchObject({ dataset: 'photos', images: IMAGES, broken: 1, duplicates: 1 });
    expect(json['classes']).toEqual({ happy: PER_CLASS + 2, sad: PER_CLASS });
    expect(existsSync(join(folder, 'study', 'project.sqlite'))).toBe(true);
    const again = await run('import', 'photos', '--project', 'study');
    expect(again).toMatchObject({ code: 1, json: { error: { kind: 'conflict' } } });
  });

  it('model init is the same for the same seed, and model inspect reads it', async () => {
    const init = (out: string, seed: string) =>
      run('model', 'init', '--size', 'tiny', '--classes', '7', '--seed', seed, '--out', out);
    const { code, json } = await init('tiny.safetensors', '1');
    expect(code).toBe(0);
    expect((await init('same.safetensors', '1')).json['hash']).toBe(json['hash']);
    expect((await init('other.safetensors', '2')).json['hash']).not.toBe(json['hash']);
    expect((await run('model', 'inspect', 'tiny.safetensors')).json).toEqual(json);
    writeFileSync(join(folder, 'bad.safetensors'), 'nothing of the kind');
    expect(await run('model', 'inspect', 'bad.safetensors')).toMatchObject({ code: 1, json: { error: {} } });
  });

  it('predict stores a dataset’s predictions, one run a checkpoint, the same numbers each time', async () => {
    const args = ['predict', '--project', 'study', '--checkpoint', 'tiny.safetensors', '--dataset', 'photos'];
    const { code, json } = await run(...args, '--out', 'one.csv');
    expect(code).toBe(0);
    expect(json).toMatchObject({ run: 1, images: SOUND });
    expect((await run(...args, '--out', 'two.csv')).json).toMatchObject({ run: 1 });
    expect(readFileSync(join(folder, 'two.csv'))).toEqual(readFileSync(join(folder, 'one.csv')));
    const [header, ...rows] = read('one.csv');
    expect(header?.slice(0, 5)).toEqual(['path', 'label', 'prediction', 'mu_neutral', 'logvar_neutral']);
    expect(rows).toHaveLength(SOUND);

    const photo = 'photos/sadness/0.png';
    const loose = await run(
      'predict',
      '--checkpoint',
      'tiny.safetensors',
      '--images',
      photo,
      'none.png',
      '--out',
      'loose.csv',
    );
    expect(loose.json).toMatchObject({ run: null, images: 1, failed: [{ path: 'none.png' }] });
    const stored = rows.find(([path]) => path === 'sadness/0.png');
    expect(read('loose.csv')[1]?.slice(2, 17)).toEqual(stored?.slice(2, 17));
    expect(await run('predict', '--checkpoint', 'tiny.safetensors', '--images', 'none.png')).toMatchObject({ code: 1 });
    expect(await run('predict', '--project', 'study', '--run', '9')).toMatchObject({
      code: 1,
      json: { error: { kind: 'not-found', remedy: expect.stringContaining('1 (tiny)') as string } },
    });
  });

  it('compare puts a run beside a baseline', async () => {
    const args = ['compare', '--project', 'study', '--baseline', '1', '--run', '1', '--split', 'val'];
    const { code, json } = await run(...args);
    expect(code).toBe(0);
    // A run against itself: nothing is fixed, nothing regresses, no difference is more than zero.
    expect(json).toMatchObject({ outcomes: { fixed: 0, regressed: 0 }, mcnemar: 1 });
    const { metrics } = json as { metrics: { interval: [number, number] }[] };
    expect(metrics.every(({ interval: [low, high] }) => low === 0 && high === 0)).toBe(true);
    expect((await run(...args.slice(0, -1), 'none')).code).not.toBe(0);
  });

  it('evaluate measures a split', async () => {
    const { code, json } = await run('evaluate', '--project', 'study', '--run', '1', '--split', 'val');
    expect(code).toBe(0);
    const { images, accuracy, interval, confusion } = json as {
      images: number;
      accuracy: number;
      interval: [number, number];
      confusion: number[][];
    };
    expect(confusion.flat().reduce((sum, value) => sum + value, 0)).toBe(images);
    expect(interval[0]).toBeLessThanOrEqual(accuracy);
    expect(interval[1]).toBeGreaterThanOrEqual(accuracy);
    expect(await run('evaluate', '--project', 'study', '--run', '1', '--split', 'none')).toMatchObject({
      code: 1,
      json: { error: { kind: 'not-found', remedy: 'It has "train", "val".' } },
    });
  });

  it('evaluate adds an interval of each figure, in which the figure lies', async () => {
    const { code, json } = await run('evaluate', '--project', 'study', '--run', '1', '--split', 'val', '--intervals');
    expect(code).toBe(0);
    const { accuracy, nll, intervals } = json as {
      accuracy: number;
      nll: number;
      intervals: { metrics: Record<string, [number, number]>; perClass: { recall: [number, number] | null }[] };
    };
    expect(Object.keys(intervals.metrics)).toEqual(['accuracy', 'balancedAccuracy', 'macroF1', 'ece', 'nll', 'brier']);
    for (const [value, [low, high] = [NaN, NaN]] of [
      [accuracy, intervals.metrics['accuracy']],
      [nll, intervals.metrics['nll']],
    ] as const) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }
    expect(intervals.perClass.some(({ recall }) => recall !== null)).toBe(true);
  });

  it('explain writes an overlay a class and the numbers', async () => {
    const photos = ['photos/Happy/0.png', 'photos/sadness/0.png', 'photos/Happy/broken.jpg'];
    const { code, json } = await run('explain', ...photos, '--project', 'study', '--run', '1', '--out', 'why');
    expect(code).toBe(0);
    expect(json).toMatchObject({ run: 1, images: 2, failed: [{ image: 'photos/Happy/broken.jpg' }] });
    const overlay = await sharp(join(folder, 'why', '0-sad.png')).metadata();
    expect([overlay.width, overlay.height, overlay.channels]).toEqual([224, 224, 3]);
    const numbers = JSON.parse(readFileSync(join(folder, 'why', '0-2.json'), 'utf8')) as Record<string, unknown>;
    const { mu, logvar, sigma } = numbers as Record<'mu' | 'logvar' | 'sigma', Record<string, number>>;
    const stored = read('one.csv').find(([path]) => path === 'sadness/0.png');
    expect(mu['neutral']).toBeCloseTo(Number(stored?.[3]), 4);
    expect(sigma['sad']).toBeCloseTo(Math.exp((logvar['sad'] ?? 0) / 2), 10);
  });

  it('figure draws an image with its map and curves, and says which path it does not know', async () => {
    const args = ['--project', 'study', '--run', '1', '--baseline', '1', '--out', 'figures'];
    const { code, json } = await run('figure', 'sadness/0.png', ...args);
    expect(code).toBe(0);
    const [file = ''] = json['files'] as string[];
    const svg = readFileSync(file, 'utf8');
    // The face, the map over the face again.
    expect([...svg.matchAll(/href="data:image\/png;base64,/g)]).toHaveLength(3);
    expect(svg).toMatch(/^<svg xmlns="[^"]+" width="992" height="308"/);
    const error = await run('figure', 'sadness/0.png', ...args, '--kind', 'error', '--format', 'png');
    const png = await sharp((error.json['files'] as string[])[0]).metadata();
    expect([png.format, png.width]).toEqual(['png', 1952]);
    expect(await run('figure', 'none.png', ...args)).toMatchObject({ code: 1, json: { error: { kind: 'not-found' } } });
    expect(await run('figure', '0.png', ...args)).toMatchObject({ code: 1, json: { error: { kind: 'invalid' } } });
  });

  it('label appends to the log, and export tells who and what', async () => {
    writeFileSync(join(folder, 'labels.csv'), 'path,label\nHappy/0.png,Sad\nnone.png,happy\n');
    const { code, json } = await run('label', '--project', 'study', '--from', 'labels.csv');
    expect(code).toBe(0);
    expect(json).toMatchObject({ labelled: 1, unknownPaths: ['none.png'] });
    expect((await run('export', 'labels', '--project', 'study', '--out', 'out.csv')).json).toMatchObject({
      images: IMAGES,
    });
    const line = read('out.csv').find(([path]) => path === 'Happy/0.png');
    expect(line?.slice(1, 3)).toEqual(['sad', 'happy']);
    const predictions = await run('export', 'predictions', '--project', 'study', '--out', 'out.csv', '--run', '1');
    expect(predictions.json).toMatchObject({ images: SOUND, run: 1 });
  });

  it('train makes a run whose best epoch is told, and which predicts the same after a restart', async () => {
    const flags = ['--epochs', '1', '--batch', '4', '--device', 'cpu', '--seed', '2', '--lambda', '0.01'];
    const { code, json, err } = await run(
      'train',
      '--project',
      'study',
      '--dataset',
      'photos',
      '--size',
      'tiny',
      ...flags,
    );
    expect(code).toBe(0);
    expect(json).toMatchObject({ run: 2, status: 'done', epochs: 1, best: { metric: 'accuracy' } });
    expect(json['settings']).toMatchObject({ batch: 4, seed: 2, lambda: 0.01, epochs: 1 });
    expect(err).toContain('Epoch 1/1: train loss');
    await run('export', 'predictions', '--project', 'study', '--run', '2', '--out', 'trained.csv');
    await run('predict', '--project', 'study', '--run', '2', '--device', 'cpu', '--out', 'again.csv');
    expect(readFileSync(join(folder, 'again.csv'))).toEqual(readFileSync(join(folder, 'trained.csv')));
  });

  it('lists devices', async () => {
    const { json } = await run('devices');
    expect(json['devices']).toContainEqual(expect.objectContaining({ id: 'cpu', available: true }));
    expect(json['auto']).toMatchObject([{ work: 'inference' }, { work: 'training' }]);
  });

  it('benchmarks a network and a checkpoint, and writes what it measured as a table', async () => {
    const quick = ['devices', '--benchmark', '--device', 'cpu', '--runs', '2', '--warm-up', '0'];
    const { code, json } = await run(...quick, '--size', 'tiny', '--no-vich', '--batch', '1,2', '--csv', 'speed.csv');
    expect(code).toBe(0);
    expect(json['results']).toMatchObject([
      { device: 'cpu', model: 'Tiny network without VICH', vich: false, batch: 1, repeats: 2 },
      { device: 'cpu', batch: 2 },
    ]);
    const lines: Record<string, string>[] = parse(readFileSync(join(folder, 'speed.csv')), { columns: true });
    const column = (name: string): (string | undefined)[] => lines.map((line) => line[name]);
    expect(column('batch')).toEqual(['1', '2']);
    expect(column('median_seconds').every((text) => Number(text) > 0)).toBe(true);
    const own = await run(...quick, '--checkpoint', 'tiny.safetensors', '--batch', '1');
    expect(own.json['results']).toMatchObject([{ model: 'tiny.safetensors', vich: true }]);
    expect(await run('devices', '--csv', 'speed.csv')).toMatchObject({ code: 2 });
    expect(await run(...quick, '--batch', '0')).toMatchObject({ code: 2 });
  });
});
