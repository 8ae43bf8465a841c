import { describe, expect, it } from 'vitest';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import { accept, complete, type Completable } from '../../../src-shared/domain/query/complete.ts';
import { chips, withWord } from '../../../src-shared/domain/query/edit.ts';
import { nearest } from '../../../src-shared/domain/query/nearest.ts';
import { parseQuery } from '../../../src-shared/domain/query/parse.ts';

const KNOWN: Completable = {
  classes: SEVEN,
  splits: ['train', 'my test'],
  annotators: ['ada', 'Ben Li'],
  attributes: [
    { name: 'gender', values: ['female', 'male'] },
    { name: 'head pose', values: [1, 20] },
  ],
  runs: [{ id: 3, name: 'Baseline' }],
  count: (field, value) => (field === 'label' && value === 'sad' ? 12 : field === '' && value === 'wrong' ? 7 : null),
  range: (field) => (field === 'sigma' ? [0, 2] : null),
};

/** Texts that are suggested where | stands. */
function at(marked: string): string[] {
  const caret = marked.indexOf('|');
  return complete(marked.replace('|', ''), caret, KNOWN).suggestions.map(({ text }) => text);
}

/** The text after the first suggestion was taken, with | for the caret. */
function taken(marked: string): string {
  const caret = marked.indexOf('|');
  const text = marked.replace('|', '');
  const completion = complete(text, caret, KNOWN);
  const [first] = completion.suggestions;
  if (first === undefined) throw new Error('Nothing is suggested.');
  const after = accept(text, completion, first);
  return `${after.text.slice(0, after.caret)}|${after.text.slice(after.caret)}`;
}

describe('completion', () => {
  it('offers fields and words before anything is typed', () => {
    expect(at('|').slice(0, 4)).toEqual(['label:', 'pred:', 'split:', 'status:']);
    expect(at('label:sad |')).toContain('pred:');
  });

  it.each([
    ['wr|', 'wrong'],
    ['-wr|', '-wrong'],
    ['sig|', 'sigma>'],
    ['label:s|', 'label:sad'],
    ['label:sad,fe|', 'label:sad,fear'],
    ['-split:my|', '-split:"my test"'],
    ['annotator:b|', 'annotator:"Ben Li"'],
    ['status:ex|', 'status:excluded'],
    ['@gen|', '@gender:'],
    ['@gender:fe|', '@gender:female'],
    ['@hea|', '@"head pose"='],
    ['fixed:|', 'fixed:3'],
    ['sigma>|', 'sigma>0.5'],
    ['REVIEW|', 'reviewed'],
  ])('%s → %s', (typed, wanted) => {
    expect(at(typed)).toContain(wanted);
  });

  it('says counts, meanings and whether a value must follow', () => {
    const { suggestions } = complete('label:sa', 8, KNOWN);
    expect(suggestions).toEqual([{ text: 'label:sad', meaning: 'Sad', count: 12, open: false }]);
    expect(complete('wro', 3, KNOWN).suggestions[0]).toMatchObject({ count: 7, open: false });
    expect(complete('sigm', 4, KNOWN).suggestions[0]).toMatchObject({
      meaning: expect.stringContaining('0 to 2') as string,
      open: true,
    });
  });

  it('replaces the word at the caret and nothing else', () => {
    expect(taken('wrong lab| sigma>1')).toBe('wrong label:| sigma>1');
    expect(taken('wrong label:sa|xx sigma>1')).toBe('wrong label:sad| sigma>1');
    expect(taken('label:sa|')).toBe('label:sad |');
  });

  it('is silent where a word is whole, and within quoted text', () => {
    expect(at('label:sad|')).toEqual([]);
    expect(at('"wr|')).toEqual([]);
  });

  it('offers nothing that cannot be read', () => {
    for (const typed of ['|', 'label:|', 'split:|', 'status:|', 'annotator:|', '@gender:|', 'fixed:|', 'sigma>|'])
      for (const { text, open } of complete(typed.replace('|', ''), typed.length - 1, KNOWN).suggestions)
        if (!open) expect(parseQuery(text), text).toMatchObject({ ok: true });
  });
});

describe('a word that makes no sense', () => {
  it.each([
    ['label:saad', 'label:sad'],
    ['lable:sad', 'label:sad'],
    ['-label:happi', '-label:happy'],
    ['status:borken', 'status:broken'],
    ['sgima>.5', 'sigma>.5'],
  ])('%s: did you mean %s', (q, suggestion) => {
    expect(chips(q)[0]).toMatchObject({ suggestion, problem: expect.stringContaining('Did you mean') as string });
    expect(parseQuery(suggestion)).toMatchObject({ ok: true });
  });

  it('suggests nothing where nothing is near', () => {
    expect(chips('colour:red')[0]?.suggestion).toBeNull();
    expect(nearest('xyz', ['label', 'pred'])).toBeNull();
  });

  it('is replaced alone', () => {
    expect(withWord('wrong lable:sad sigma>1', 1, 'label:sad')).toBe('wrong label:sad sigma>1');
  });
});
