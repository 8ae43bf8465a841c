import { describe, expect, it } from 'vitest';
import { TrainRequest, TrainSettings, type Preset } from '../../../../src-shared/domain/run.ts';
import {
  changedNumber,
  differsFromPreset,
  newDraft,
  readDraft,
  readNumber,
  withDataset,
  withPreset,
} from '../../../../src-renderer/views/train/draft.ts';

const preset: Preset = {
  name: 'quick',
  title: 'Quick',
  source: 'ours',
  sources: {},
  own: false,
  settings: TrainSettings.parse({
    preset: 'quick',
    size: 'tiny',
    vich: true,
    layerEmbedding: true,
    frozenBackboneBatchNorm: 'batch',
    vichKl: 'paper',
    lambda: 0.1,
    epochs: 12,
    batch: 32,
    learningRate: 3.5e-5,
    weightDecay: 1e-4,
    gamma: 0.98,
    labelSmoothing: 0,
    augmentation: { horizontalFlip: true, colorJitter: 0.2, rotation: 10, cropPadding: 8, randomErasing: 0.25 },
    seed: 1,
  }),
};
const splits = { train: 480, val: 120 };
const context = { preset, splits, devices: ['cpu'] as const };
const draft = withDataset(newDraft(preset), { id: 7, splits });

describe('the training form', () => {
  it('untouched stands for the preset itself', () => {
    const read = readDraft(draft, context);
    expect(read).toEqual({
      request: { dataset: 7, trainSplit: 'train', valSplit: 'val', device: 'auto', settings: preset.settings },
    });
    expect('request' in read && TrainRequest.safeParse(read.request).success).toBe(true);
    expect(differsFromPreset(draft, preset)).toBe(false);
  });

  it('carries every change into the request', () => {
    const changed = {
      ...draft,
      name: ' Trial ',
      device: 'cpu' as const,
      choices: { ...draft.choices, vich: false },
      horizontalFlip: false,
      numbers: { ...draft.numbers, epochs: '3', rotation: '0', learningRate: '1e-3' },
    };
    const read = readDraft(changed, context);
    expect(read).toMatchObject({
      request: {
        name: 'Trial',
        device: 'cpu',
        settings: { vich: false, epochs: 3, learningRate: 1e-3, augmentation: { horizontalFlip: false, rotation: 0 } },
      },
    });
    expect(differsFromPreset(changed, preset)).toBe(true);
  });

  it('marks a changed number with the value to go back to, however it is spelled', () => {
    const typed = { ...draft, numbers: { ...draft.numbers, learningRate: '0.000035', batch: '96' } };
    expect(changedNumber(typed, preset, 'learningRate')).toBeNull();
    expect(changedNumber(typed, preset, 'batch')).toBe('32');
    expect(differsFromPreset(withPreset(typed, preset), preset)).toBe(false);
  });

  it('proposes a repair where a value is only too large or broken', () => {
    expect(readNumber('batch', '5000')).toEqual({
      problem: { message: 'Must be a whole number from 1 to 1,024.', repair: '1024' },
    });
    expect(readNumber('epochs', '2.6')).toMatchObject({ problem: { repair: '3' } });
    expect(readNumber('learningRate', '0')).toEqual({ problem: { message: 'Must be a number above 0.' } });
    expect(readNumber('weightDecay', '')).toEqual({ problem: { message: 'Must be a number, 0 or more.' } });
    expect(readNumber('epochs', '0x10')).toHaveProperty('problem');
  });

  it('refuses a split without images, one split for both, and a device that is not there', () => {
    expect(readDraft({ ...draft, valSplit: 'train' }, context)).toHaveProperty('problems.valSplit');
    expect(readDraft({ ...draft, trainSplit: 'gone' }, context)).toHaveProperty('problems.trainSplit');
    expect(readDraft({ ...draft, device: 'webgpu' }, context)).toHaveProperty('problems.device');
    expect(readDraft(newDraft(preset), { ...context, splits: null })).toHaveProperty('problems.dataset');
  });

  it('starts from files and a model of the project, and refuses those of another size', () => {
    const run = { id: 3, name: 'quick 1', size: 'tiny' } as const;
    const file = { path: '/models/ir50.pth', part: 'ir_back', matched: 150, tensors: 160, size: 'tiny' } as const;
    const chosen = { ...draft, initial: { run, files: [file] } };
    expect(readDraft(chosen, context)).toMatchObject({
      request: { initialRun: 3, initialWeights: ['/models/ir50.pth'] },
    });
    const paper = { ...file, size: 'paper' } as const;
    const read = readDraft({ ...draft, initial: { run: null, files: [paper] } }, context);
    expect(read).toMatchObject({ problems: { initial: { message: expect.stringContaining('“ir50.pth”') as string } } });
  });

  it('finds splits by their usual names', () => {
    expect(withDataset(draft, { id: 1, splits: { Test: 1, Training: 9 } })).toMatchObject({
      trainSplit: 'Training',
      valSplit: 'Test',
    });
    expect(withDataset(draft, { id: 1, splits: { all: 9 } })).toMatchObject({ trainSplit: 'all', valSplit: '' });
  });
});
