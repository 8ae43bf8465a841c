import { readFileSync } from 'node:fs';
import { asyncBufferFromFile, parquetReadObjects, parquetSchema, parquetMetadataAsync } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { SEVEN, type Expression } from '../../../src-shared/domain/expression.ts';
import { crossEntropy, entropy, flipProbability, margin, softmax } from '../../../src-shared/metrics/vich.ts';
import { picture, plant } from '../datasets/images.ts';

import { addRun, temporaryFolder } from '../store/fixture.ts';
import { labelled, readCsv } from './project.ts';

const classes: readonly Expression[] = SEVEN;

async function predicted(vich = true) {
  const source = temporaryFolder();
  const files: Record<string, Buffer> = {};
  for (let i = 0; i < 6; i++)
    files[`${i < 4 ? 'train' : 'val'}/${i % 2 === 0 ? 'happy' : 'sad'}/${i}.jpg`] = await picture(i);
  files['train/nobody knows/x.jpg'] = await picture(7);
  const study = await labelled({ source: plant(source, files), format: 'folders', name: '@P' });
  const run = addRun(study.store, study.dataset);
  const ids = [...study.store.images.ids({ dataset: study.dataset, run: null, q: '', sort: 'id', descending: false })];
  const outputs = ids.map((image, row) => ({
    image,
    mu: Float32Array.from(classes, (_, at) => Math.sin(row * 7 + at) * 3),
    logvar: vich ? Float32Array.from(classes, (_, at) => Math.cos(row + at) / 3) : null,
  }));
  // One image without a prediction.
  study.store.runs.putPredictions(run, outputs.slice(1));
  const outputOf = (path: string) => outputs.find(({ image }) => image === study.id(path));
  return { ...study, run, outputOf };
}

describe('predictions as CSV', () => {
  it('hold mu and logvar exactly, and what follows from them', async () => {
    const { run, out, writePredictions, outputOf } = await predicted();
    const file = out('predictions.csv');
    expect(await writePredictions({ run, out: file })).toEqual({ images: 6, leftOut: 1 });
    const rows = await readCsv(file);
    for (const row of rows) {
      const output = outputOf(row['path'] ?? '');
      if (output === undefined || output.logvar === null) throw new Error(`no output for ${row['path']}`);
      const { mu, logvar } = output;
      const probabilities = softmax(mu);
      for (const [at, name] of classes.entries()) {
        expect(Math.fround(Number(row[`mu_${name}`]))).toBe(mu[at]);
        expect(Math.fround(Number(row[`logvar_${name}`]))).toBe(logvar[at]);
        expect(Number(row[`sigma_${name}`])).toBeCloseTo(Math.exp((logvar[at] ?? 0) / 2), 12);
        expect(Number(row[`p_${name}`])).toBeCloseTo(probabilities[at] ?? -1, 12);
      }
      const top = mu.indexOf(Math.max(...mu));
      expect(row['prediction']).toBe(classes[top]);
      expect(Number(row['sigma'])).toBeCloseTo(Math.exp((logvar[top] ?? 0) / 2), 12);
      expect(Number(row['entropy'])).toBeCloseTo(entropy(probabilities), 12);
      expect(Number(row['margin'])).toBeCloseTo(margin(probabilities), 12);
      expect(Number(row['flip'])).toBeCloseTo(flipProbability(mu, logvar), 12);
      const label = classes.findIndex((name) => name === row['label']);
      if (label < 0) expect(row['loss']).toBe('');
      else expect(Number(row['loss'])).toBeCloseTo(crossEntropy(mu, label), 12);
      expect(row['dataset']).toBe('@P');
    }
    expect(readFileSync(file, 'utf8')).not.toMatch(/(^|,)"?@/m);
  });

  it('of one split, of a query, without VICH', async () => {
    const { run, out, dataset, writePredictions } = await predicted(false);
    expect(await writePredictions({ run, dataset, split: 'train', out: out('a.csv') })).toEqual({
      images: 4,
      leftOut: 1,
    });
    const file = out('b.csv');
    expect(await writePredictions({ run, q: 'label:sad', out: file })).toMatchObject({ images: 3 });
    for (const row of await readCsv(file)) expect(row).toMatchObject({ logvar_happy: '', sigma: '', flip: '' });
    await expect(writePredictions({ run: 99, out: file })).rejects.toThrow(/no run 99/);
  });
});

describe('predictions as Parquet', () => {
  it('hold the same columns with their types', async () => {
    const { run, out, writePredictions, outputOf } = await predicted();
    const file = out('predictions.parquet');
    expect(await writePredictions({ run, format: 'parquet', out: file })).toEqual({ images: 6, leftOut: 1 });
    const buffer = await asyncBufferFromFile(file);
    const types = new Map(
      parquetSchema(await parquetMetadataAsync(buffer)).children.map(({ element }) => [element.name, element.type]),
    );
    expect(types.get('mu_happy')).toBe('FLOAT');
    expect(types.get('p_happy')).toBe('DOUBLE');
    expect(types.get('path')).toBe('BYTE_ARRAY');
    const rows = await parquetReadObjects({ file: buffer });
    expect(rows).toHaveLength(6);
    for (const row of rows) {
      const output = outputOf(String(row['path']));
      expect(row['mu_sad']).toBe(output?.mu[classes.indexOf('sad')]);
      expect(row['logvar_fear']).toBe(output?.logvar?.[classes.indexOf('fear')]);
      expect(row['loss'] === null).toBe(row['label'] === null);
    }
  });

  it('hold nulls where a model without VICH says nothing', async () => {
    const { run, out, writePredictions } = await predicted(false);
    const file = out('predictions.parquet');
    await writePredictions({ run, format: 'parquet', out: file });
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(file) });
    for (const row of rows) expect([row['logvar_sad'], row['sigma'], row['flip']]).toEqual([null, null, null]);
  });
});
