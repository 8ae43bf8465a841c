/** axe over every view and dialog that the scenes show, in both themes: nothing serious in any of them. */
import { expect, it } from 'vitest';
import { serious } from './axe.ts';
import { browserSuite } from './open-workbench.ts';
import { SCENES } from './scenes.ts';
import { walk } from './walk.ts';

/** Scenes that wait for training, benchmarks or an import; axe looks at their views in the tests of these. */
const LONG = new Set([
  'large-error',
  'large-runs',
  'similar',
  'train-augmented',
  'models-export',
  'devices',
  'devices-results',
  'compare',
  'passport',
  'left-runs',
  'ablation-form',
  'ablation',
  'trial-rate',
  'trial-batch',
  'import-report',
]);

browserSuite('accessibility of every view', () => {
  it('has nothing serious for axe in any scene, in both themes', { timeout: 900_000, retry: 0 }, async () => {
    const wanted = SCENES.map(({ name }) => name).filter((name) => !LONG.has(name));
    const found: string[] = [];
    let looked = 0;
    await walk({
      ...{ width: 1280, height: 800, wanted },
      at: async (page, scene, theme) => {
        // The themes differ in colours alone.
        const lines = await serious(page, theme === 'dark' ? {} : { rules: ['color-contrast'] });
        found.push(...lines.map((line) => `${scene}, ${theme}: ${line}`));
        looked++;
      },
    });
    expect(looked).toBe(2 * wanted.length);
    expect(found).toEqual([]);
  });
});
