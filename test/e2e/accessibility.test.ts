/** axe over every view and dialog that the scenes show, in both themes: nothing serious in any of them. */
import { AxeBuilder } from '@axe-core/playwright';
import { describe, expect, it } from 'vitest';
import { CHROMIUM, NO_CHROMIUM } from './chromium.ts';
import { SCENES } from './scenes.ts';
import { walk } from './walk.ts';

/** Scenes that take minutes of training to get to; their views are looked at in their own tests. */
const LONG = new Set([
  'ablation',
  'trial-rate',
  'trial-batch',
  'left-runs',
  'import-report',
  'passport',
  'ablation-form',
]);

const suite = CHROMIUM === null ? `accessibility of every view (${NO_CHROMIUM})` : 'accessibility of every view';

describe.skipIf(CHROMIUM === null)(suite, () => {
  it('has nothing serious for axe in any scene, in both themes', { timeout: 600_000 }, async () => {
    const wanted = SCENES.map(({ name }) => name).filter((name) => !LONG.has(name));
    const serious: string[] = [];
    let looked = 0;
    await walk({
      ...{ width: 1280, height: 800, wanted },
      at: async (page, scene, theme) => {
        const { violations } = await new AxeBuilder({ page }).analyze();
        for (const { id, impact, nodes } of violations)
          if (impact === 'serious' || impact === 'critical')
            serious.push(`${scene}, ${theme}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
        looked++;
      },
    });
    expect(looked).toBe(2 * wanted.length);
    expect(serious).toEqual([]);
  });
});
