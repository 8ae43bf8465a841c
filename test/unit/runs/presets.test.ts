import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../../src-main/services/runs/presets.ts';

describe('the application’s presets', () => {
  it('are complete', () => {
    expect(PRESETS.map(({ name }) => name)).toEqual([
      'quick',
      'head',
      'rafdb',
      'rafdb-official',
      'affectnet7',
      'affectnet7-official',
      'affectnet8',
      'affectnet8-official',
      'ferplus',
      'ferplus-official',
    ]);
    for (const { name, settings } of PRESETS) {
      const isOfficial = name.endsWith('-official');
      expect(settings).toMatchObject({
        preset: name,
        size: name === 'quick' ? 'tiny' : 'paper',
        samRho: isOfficial ? 0.05 : 0,
      });
    }
  });
});
