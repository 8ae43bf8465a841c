import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../../src-main/services/runs/presets.ts';
import type { Augmentation, TrainSettings } from '../../../src-shared/domain/run.ts';

const of = (name: string) => {
  const found = PRESETS.find((preset) => preset.name === name);
  if (found === undefined) throw new Error(`There is no preset ${name}.`);
  return found;
};

const PAPER_NAMES = PRESETS.map(({ name }) => name).filter((name) => name !== 'quick' && name !== 'head');

/** As the reference's training table has them: paper's rate and epochs, the authors' code's rate and batch. */
const TABLE = {
  rafdb: { paper: { learningRate: 9e-6, epochs: 250 }, official: { learningRate: 9e-6, batch: 48 } },
  affectnet7: { paper: { learningRate: 2e-5, epochs: 200 }, official: { learningRate: 4e-6, batch: 128 } },
  affectnet8: { paper: { learningRate: 2e-5, epochs: 200 }, official: { learningRate: 4e-6, batch: 128 } },
  ferplus: { paper: { learningRate: 3e-5, epochs: 200 }, official: { learningRate: 3.5e-6, batch: 48 } },
} as const;

describe('the application’s presets', () => {
  it('are complete', () => {
    expect(PRESETS.map(({ name }) => name)).toEqual([
      ...['quick', 'head', 'rafdb', 'rafdb-official', 'affectnet7', 'affectnet7-official'],
      ...['affectnet8', 'affectnet8-official', 'ferplus', 'ferplus-official'],
    ]);
    for (const { name, settings } of PRESETS)
      expect(settings).toMatchObject({ preset: name, size: name === 'quick' ? 'tiny' : 'paper' });
  });

  it.each(Object.entries(TABLE))('%s has the training table’s values, and the authors’ code’s', (name, table) => {
    const common: Partial<TrainSettings> = {
      ...{
        optimizer: 'adamw',
        weightDecay: 1e-4,
        schedule: 'exponential',
        gamma: 0.98,
        vich: true,
        layerEmbedding: true,
      },
      ...{ frozenBackboneBatchNorm: 'batch', vichKl: 'official', lambda: 1, labelSmoothing: 0, parts: 'all' },
      ...{ warmup: 0, emaDecay: 0, earlyStopping: 0, backboneRate: 1, headRate: 1, clipNorm: 0, classWeights: 'none' },
    };
    const moved = name === 'rafdb' ? { rotation: 0, cropPadding: 0 } : { rotation: 10, cropPadding: 32 };
    const augmentation: Augmentation = { horizontalFlip: true, colorJitter: 0.2, randomErasing: 0.5, ...moved };
    const paper = { ...common, augmentation, batch: 48, samRho: 0, sampler: 'shuffled', targets: 'hard' };
    expect(of(name).settings).toMatchObject({ ...paper, ...table.paper });
    expect(of(`${name}-official`).settings).toMatchObject({
      ...{ ...common, augmentation, epochs: 300, samRho: 0.05, ...table.official },
      sampler: name.startsWith('affectnet') ? 'balanced' : 'shuffled',
      perClass: 5_000,
      targets: name === 'ferplus' ? 'soft' : 'hard',
    });
  });

  it.each(PAPER_NAMES)('%s tells of each value where it comes from', (name) => {
    const { settings, sources } = of(name);
    const { preset, augmentation, ...rest } = settings;
    expect(preset).toBe(name);
    const keys = [...Object.keys(rest), ...Object.keys(augmentation)];
    expect(keys.filter((key) => (sources[key] ?? '').length < 10)).toEqual([]);
    expect(Object.keys(sources).filter((key) => !keys.includes(key))).toEqual([]);
  });
});
