import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import type { EpochMetrics, RunMetrics } from '../../../src-shared/domain/run.ts';
import { parseNpy } from '../../../src-main/services/datasets/formats/npy.ts';
import { curvesIn, metricsCsv, scalarsOf } from '../../../src-main/services/exports/curves/curves.ts';
import { npy } from '../../../src-main/services/exports/curves/npz.ts';
import { crc32c, eventFile, maskedCrc32c } from '../../../src-main/services/exports/curves/tensorboard.ts';
import { addDataset, addRun, newImage, temporaryStore } from '../store/fixture.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const epoch = (number: number, more: Partial<EpochMetrics> = {}): EpochMetrics => ({
  ...{ epoch: number, learningRate: 0.1, trainLoss: 2 / number, trainAccuracy: 0.5, valLoss: 1.5, valAccuracy: 0.25 },
  ...{
    valBalancedAccuracy: 0.2,
    valMacroF1: null,
    meanSigma: null,
    waitSeconds: 0.5,
    processSeconds: 10 * number,
    ...more,
  },
});
const METRICS: RunMetrics = {
  steps: Int32Array.of(1, 2, 3, 4, 5),
  loss: Float32Array.of(2, 1.9, 1.8, 0.1, 1.6),
  stepsPerEpoch: 2,
  epochs: [epoch(1), epoch(2, { meanSigma: 0.75 })],
};

describe('TensorBoard events', () => {
  it('carry checksums as RFC 3720 gives them, masked as crc32c.h does', () => {
    // RFC 3720, B.4: 32 bytes of zeroes, of ones, ascending; and the check value of the CRC catalogue.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(bytes('123456789'))).toBe(0xe3069283);
    // crc32c_test.cc: the mask changes a checksum, and is not its own inverse.
    const crc = crc32c(bytes('foo'));
    expect(maskedCrc32c(bytes('foo'))).toBe((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
    expect(maskedCrc32c(bytes('foo'))).not.toBe(crc);
  });

  it('are those that TensorBoard’s own writer writes', () => {
    // tensorboard 2.21: RecordWriter of Event(wall_time=1.5, file_version='brain.Event:2') and of Event(wall_time=2.5, step=300) with
    // Summary.Value(tag='a', simple_value=0.5).
    const file = eventFile([{ tag: 'a', step: 300, wallTime: 2.5, value: 0.5 }], 1.5);
    expect(createHash('sha256').update(file).digest('hex')).toBe(
      '4fcbd2012addb256f58a13931aeffd90561cb057c93dcecd16e17fa54fa9e7a6',
    );
    let at = 0;
    let records = 0;
    while (at < file.length) {
      const length = Number(file.readBigUInt64LE(at));
      expect(file.readUInt32LE(at + 8)).toBe(maskedCrc32c(file.subarray(at, at + 8)));
      expect(file.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(file.subarray(at + 12, at + 12 + length)));
      at += 16 + length;
      records++;
    }
    expect([at, records]).toEqual([file.length, 2]);
  });

  it('hold every step’s loss and every epoch’s figures at its last step, pauses left out of the time', () => {
    const scalars = scalarsOf(METRICS, 1_000);
    expect(scalars.filter(({ tag }) => tag === 'loss/step').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(scalars).toContainEqual({ tag: 'epoch/val_accuracy', step: 4, wallTime: 1_020, value: 0.25 });
    expect(scalars.filter(({ tag }) => tag === 'epoch/mean_sigma')).toEqual([
      { tag: 'epoch/mean_sigma', step: 4, wallTime: 1_020, value: 0.75 },
    ]);
    expect(scalars.find(({ step }) => step === 3)?.wallTime).toBe(1_015);
  });
});

it('metrics as CSV have a row a step, the epoch’s figures in its last', () => {
  const lines = metricsCsv(METRICS).trimEnd().split('\n');
  expect(lines[0]).toBe(
    'step,epoch,loss,learning_rate,train_loss,train_accuracy,val_loss,val_accuracy,val_balanced_accuracy,val_macro_f1,mean_sigma,wait_seconds,process_seconds',
  );
  expect(lines.slice(1)).toEqual([
    '1,1,2,,,,,,,,,,',
    '2,1,1.9,0.1,2,0.5,1.5,0.25,0.2,,,0.5,10',
    '3,2,1.8,,,,,,,,,,',
    '4,2,0.1,0.1,1,0.5,1.5,0.25,0.2,,0.75,0.5,20',
    '5,3,1.6,,,,,,,,,,',
  ]);
});

describe('arrays for NumPy', () => {
  it('are read back with their shapes', () => {
    const array = npy(Float32Array.of(1, 2.5, -3, 4, 5, 6), [2, 3]);
    expect(array.length % 64).toBe(24);
    expect(parseNpy(array, 'x.npy')).toEqual({ shape: [2, 3], values: [1, 2.5, -3, 4, 5, 6] });
    expect(parseNpy(npy(Int32Array.of(7), [1]), 'x.npy')).toEqual({ shape: [1], values: [7] });
  });

  it('hold how each image was learnt', () => {
    const store = temporaryStore();
    const { dataset, ids } = addDataset(store, 'faces', [newImage('ä/1.png', 'happy'), newImage('2.png', 'sad')]);
    const run = addRun(store, dataset);
    const ask = () => curvesIn(store, { run, format: 'npz' });
    expect(ask).toThrow(/no record/);
    store.runs.setTrainingImages(run, Int32Array.from(ids), Uint8Array.of(1, 2));
    expect(ask).toThrow(/no record/);
    const dynamics = {
      loss: Float32Array.of(0.5, NaN),
      margin: Float32Array.of(1, NaN),
      predicted: Uint8Array.of(1, 255),
    };
    store.runs.addEpoch(run, epoch(1), dynamics);
    store.runs.addEpoch(run, epoch(2), dynamics);
    const { name, bytes: file } = ask();
    expect(name).toBe('Run.dynamics.npz');
    const text = Buffer.from(file).toString('latin1');
    for (const member of ['paths', 'labels', 'classes', 'epochs', 'loss', 'margin', 'predicted'])
      expect(text).toContain(`${member}.npy`);
    expect(text).toContain(`'<U7'`);
    expect(SEVEN).toContain('happy');
  });

  it('are refused where nothing was measured', () => {
    const store = temporaryStore();
    const { dataset } = addDataset(store, 'faces', [newImage('1.png', 'happy')]);
    const run = addRun(store, dataset);
    for (const format of ['csv', 'tensorboard'] as const)
      expect(() => curvesIn(store, { run, format })).toThrow(/has no curves/);
  });
});
