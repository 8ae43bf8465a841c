import { describe, expect, it } from 'vitest';
import { asksFor, cellQuery, withCell } from '../../../src-renderer/views/analysis/cells.ts';

const cell = { label: 'fear', prediction: 'surprise' } as const;
const other = { label: 'fear', prediction: 'happy' } as const;

describe('a cell of the matrix as a query', () => {
  it('asks for exactly its images, in the split that was measured', () => {
    expect(cellQuery(cell, { split: null, excluded: false })).toBe('label:fear pred:surprise');
    expect(cellQuery(cell, { split: 'val', excluded: false })).toBe('label:fear pred:surprise split:val');
  });

  it('leaves out excluded images where there are any, as the matrix does', () => {
    expect(cellQuery(cell, { split: null, excluded: true })).toBe('label:fear pred:surprise -excluded');
  });

  it('joins a further cell to what is asked', () => {
    const q = withCell('label:fear pred:surprise sigma>.6', other, { split: null, excluded: false });
    expect(q).toBe('sigma>.6 label:fear pred:surprise,happy');
    expect(asksFor(q, cell)).toBe(true);
    expect(asksFor(q, other)).toBe(true);
    expect(asksFor(q, { label: 'sad', prediction: 'happy' })).toBe(false);
    expect(asksFor('label:fear', cell)).toBe(false);
  });
});
