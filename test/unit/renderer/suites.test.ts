import { describe, expect, it } from 'vitest';
import type { AblationRow } from '../../../src-shared/metrics/ablation.ts';
import { ablationDrawing } from '../../../src-renderer/plots/ablation.ts';
import { suiteSentence, suiteState } from '../../../src-renderer/views/suites/words.ts';

const row = (change: Partial<AblationRow>): AblationRow => ({
  ...{ variant: 'full', title: 'POSTER-Var', layerEmbedding: true, vich: true, accuracies: [0.5, null, 0.7] },
  ...{ mean: 0.6, deviation: 0.1, paper: null },
  ...change,
});
const suite = { variants: ['full' as const, 'baseline' as const], seeds: [1, 2, 3] };
const runs = (...statuses: ('done' | 'running' | 'queued' | 'cancelled')[]) => statuses.map((status) => ({ status }));

describe('an ablation', () => {
  it('says how far it is, what is at work and what was left unfinished', () => {
    expect(suiteState(suite, runs('done', 'running', 'queued', 'queued', 'queued', 'queued')).text).toBe(
      '1 of 6 done, 1 at work',
    );
    // One was stopped, one was removed.
    expect(suiteState(suite, runs('done', 'done', 'done', 'done', 'cancelled')).text).toBe('4 of 6 done, 2 unfinished');
    expect(suiteState(suite, runs('done', 'done', 'done', 'done', 'done', 'done')).text).toBe('All 6 done');
  });

  it('names the paper’s figures as the paper’s', () => {
    expect(suiteSentence([row({ mean: null })], 3)).toBe('No run has ended yet.');
    expect(suiteSentence([row({ paper: 92.76 })], 3)).toBe(
      'Mean over up to 3 seeds: POSTER-Var 60.00 ± 10.00%. The paper reports POSTER-Var 92.76%.',
    );
  });

  it('is drawn on one scale that holds runs, deviations and the paper’s figures', () => {
    const drawing = ablationDrawing([row({}), row({ title: 'baseline', paper: 92 })], 600, 200);
    const [full, baseline] = drawing.marks;
    expect(full?.dots).toHaveLength(2);
    expect(full?.mean).toBeCloseTo(((full?.dots[0] ?? 0) + (full?.dots[1] ?? 0)) / 2, 6);
    expect(full?.spread?.[0]).toBeCloseTo(full?.dots[0] ?? NaN, 6);
    // Equal differences are equal lengths: from 60 to 70 as from 50 to 60.
    expect(
      ((baseline?.paper ?? NaN) - (full?.dots[1] ?? NaN)) / ((full?.dots[1] ?? NaN) - (full?.mean ?? NaN)),
    ).toBeCloseTo(2.2, 6);
    for (const mark of [...(full?.dots ?? []), baseline?.paper ?? 0]) {
      expect(mark).toBeGreaterThanOrEqual(drawing.left);
      expect(mark).toBeLessThanOrEqual(drawing.right);
    }
    expect(ablationDrawing([row({ accuracies: [null], mean: null, deviation: null })], 600, 200).empty).toBe(true);
  });
});
