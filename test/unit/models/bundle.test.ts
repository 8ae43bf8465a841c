/** The hand-off bundle, and its README's Python run as it is written. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src-main/commands/program.ts';
import { composeServices } from '../../../src-main/compose.ts';
import { loadCheckpoint } from '../../../src-main/services/engine/checkpoint/checkpoint.ts';
import type { Services } from '../../../src-main/compose.ts';
import { Random } from '../../../src-main/services/engine/random.ts';
import { ONNX_LINES, TORCH_LINES } from '../../../src-main/services/models/bundle-readme.ts';
import { NO_TORCH, python } from '../../parity/torch.ts';
import { FakeTerminal } from '../commands/terminal.ts';

const docs = readFileSync(join(import.meta.dirname, '../../../docs/models.md'), 'utf8');
const blocks = (text: string): string[] => [...text.matchAll(/```python\n(.*?)\n```/gs)].map(([, code]) => code ?? '');
/** Rounded sums of float32, and bytes of a JPEG that two decoders may round apart by one. */
const NEAR = 0.05;

describe('a hand-off bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'poster-var-bundle-'));
  const home = join(folder, 'home');
  let services: Services;

  async function cli(...args: string[]): Promise<Record<string, unknown>> {
    const terminal = new FakeTerminal({ cwd: folder });
    const compose = (options: Parameters<typeof composeServices>[0]) => Promise.resolve(composeServices(options));
    const code = await runCommandLine([...args, '--json'], { terminal, version: '1', home, compose });
    expect(code, terminal.err + terminal.out).toBe(0);
    return JSON.parse(terminal.out) as Record<string, unknown>;
  }

  /** Pictures of a few large patches, one of them turned by its EXIF orientation, one in a name with a blank. */
  beforeAll(async () => {
    const random = Random.seeded(6);
    for (const split of ['train', 'val']) {
      for (const [index, name] of ['happy', 'sad', 'fear'].entries()) {
        mkdirSync(join(folder, 'photos', split, name), { recursive: true });
        const patches = Uint8Array.from({ length: 5 * 6 * 3 }, () => random.integer(256));
        const image = sharp(patches, { raw: { width: 5, height: 6, channels: 3 } }).resize(80, 96, { kernel: 'cubic' });
        const file = join(folder, 'photos', split, name, index === 1 ? 'turned.jpg' : 'a face.png');
        if (index === 1) await image.withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toFile(file);
        else await image.png().toFile(file);
      }
    }
    await cli('import', 'photos', '--project', 'study', '--format', 'folders');
    await cli('model', 'init', '--size', 'tiny', '--seed', '3', '--out', 'tiny.safetensors');
    await cli('predict', '--project', 'study', '--checkpoint', 'tiny.safetensors', '--dataset', 'photos');
    services = composeServices({ home, door: 'cli' });
    await services.workspace.open(join(folder, 'study'));
    const dataset = services.datasets.list()[0]?.id ?? -1;
    // A face box, set before the images are predicted again: the bundle must tell of it.
    const { snapshot } = await services.gallery.open({
      dataset,
      run: null,
      q: 'split:val',
      sort: 'path',
      descending: false,
    });
    const page = services.gallery.page({ snapshot, offset: 0, limit: 9 });
    const [last] = services.gallery.rows({ images: [page.at(-1)?.id ?? -1], run: 1 });
    if (!last?.prediction) throw new Error('nothing was predicted');
    services.labels.apply({ on: { images: [last.id] }, change: { kind: 'hard', label: last.prediction } });
    const boxed = page.find(({ path }) => path.includes('happy'))?.id ?? -1;
    services.labels.apply({
      on: { images: [boxed] },
      change: { kind: 'box', box: { x: 10, y: 20, width: 40, height: 50 } },
    });
  }, 120_000);
  afterAll(async () => {
    await services.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function bundle(run: number, name: string): Promise<string> {
    const dataset = services.datasets.list()[0]?.id ?? -1;
    const { jobs } = services.workspace.require();
    await jobs.finished(services.runs.startPredict({ run, dataset, split: null, device: 'cpu' }).job);
    const out = join(folder, name);
    const { files, accuracy } = await services.models.startBundle({ run, out }).result;
    expect(readdirSync(out).toSorted()).toEqual(files);
    expect(accuracy).not.toBeNull();
    return out;
  }

  it('holds weights, classes, preprocessing, predictions with their face boxes, and what proves it whole', async () => {
    const out = await bundle(1, 'tiny');
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
      sha256: Record<string, string>;
      verification: { difference: number; source: string }[];
    };
    for (const [name, hash] of Object.entries(manifest.sha256))
      expect(
        createHash('sha256')
          .update(readFileSync(join(out, name)))
          .digest('hex'),
        name,
      ).toBe(hash);
    expect(Object.keys(manifest.sha256).toSorted()).toEqual(
      readdirSync(out)
        .filter((name) => name !== 'manifest.json')
        .toSorted(),
    );
    expect(manifest.verification).toHaveLength(3);
    expect(manifest.verification.every(({ difference, source }) => difference <= 1e-4 && source === 'validation')).toBe(
      true,
    );
    const [header, ...rows] = readFileSync(join(out, 'predictions.csv'), 'utf8')
      .trimEnd()
      .split('\r\n')
      .join('\n')
      .split('\n');
    expect(header?.endsWith(',split,dataset,box')).toBe(true);
    expect(rows).toHaveLength(3);
    expect(rows.filter((row) => row.endsWith(',10 20 40 50')).map((row) => row.split('/')[1])).toEqual(['happy']);
    expect(loadCheckpoint(join(out, 'model.safetensors')).classes.join('\n')).toBe(
      readFileSync(join(out, 'classes.txt'), 'utf8').trimEnd(),
    );
    expect(blocks(readFileSync(join(out, 'README.md'), 'utf8'))).toEqual([ONNX_LINES]);
    await expect(services.models.startBundle({ run: 1, out }).result).rejects.toThrow(/is not empty/);
  });

  it('the documentation shows the same lines', () => {
    const [onnx, torch] = blocks(docs.slice(docs.indexOf('## Hand-off bundle')));
    expect(onnx).toBe(ONNX_LINES);
    const others = TORCH_LINES.split('\n').filter((line) => !ONNX_LINES.split('\n').includes(line));
    expect(torch?.split('\n')).toEqual(others);
  });

  const title = 'the lines of the README, run as they are written, print the accuracy and the app’s mu';
  it.skipIf(NO_TORCH !== null)(NO_TORCH === null ? title : `${title} (${NO_TORCH})`, { timeout: 600_000 }, async () => {
    await cliPaper();
    for (const [name, run] of [
      ['tiny', 1],
      ['paper', 2],
    ] as const) {
      const out = name === 'tiny' ? join(folder, 'tiny') : await bundle(run, name);
      const scripts = blocks(readFileSync(join(out, 'README.md'), 'utf8'));
      expect(scripts).toEqual(name === 'tiny' ? [ONNX_LINES] : [ONNX_LINES, TORCH_LINES]);
      const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
        data: { accuracy: number; root: string };
      };
      for (const script of scripts) {
        writeFileSync(join(out, 'lines.py'), script);
        const [accuracy, difference] = python('lines.py', [manifest.data.root], out).trim().split('\n');
        const [, right, , of] = accuracy?.split(' ') ?? [];
        expect(Number(right)).toBeCloseTo(manifest.data.accuracy, 12);
        expect(of).toBe('3');
        // One label was set as this model predicts.
        if (name === 'tiny') expect(Number(right)).toBeGreaterThan(0);
        expect(Number(difference?.split(' ').at(-1)), difference).toBeLessThan(NEAR);
      }
    }
  });

  /** A model of the published size in the project. */
  async function cliPaper(): Promise<void> {
    const out = join(folder, 'paper.safetensors');
    const { classes } = loadCheckpoint(join(folder, 'tiny.safetensors'));
    await services.engine.initialise({ size: 'paper', classes, vich: true, layerEmbedding: true, seed: 3, out });
    await services.models.import({ path: out, order: classes });
  }
});
