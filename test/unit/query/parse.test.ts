import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../src-shared/domain/query/ast.ts';
import { formatQuery } from '../../../src-shared/domain/query/format.ts';
import { parseQuery } from '../../../src-shared/domain/query/parse.ts';

function conditions(text: string): Condition[] {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join(' '));
  return parsed.query.map((term) => term.condition);
}

function problem(text: string): { word: string; message: string } {
  const parsed = parseQuery(text);
  if (parsed.ok) throw new Error(`“${text}” was understood.`);
  const [first] = parsed.problems;
  if (first === undefined) throw new Error('No problem was told.');
  return { word: text.slice(first.start, first.end), message: first.message };
}

describe('parseQuery', () => {
  it('reads every kind of term', () => {
    expect(conditions('label:sad,none pred:fear')).toEqual([
      { kind: 'class', field: 'label', values: ['sad', 'none'] },
      { kind: 'class', field: 'pred', values: ['fear'] },
    ]);
    expect(conditions('split:"my test",val status:ok')).toEqual([
      { kind: 'split', values: ['my test', 'val'] },
      { kind: 'status', values: ['ok'] },
    ]);
    expect(conditions('path:foo note:blurry "free text" bare')).toEqual([
      { kind: 'contains', field: 'path', values: ['foo'] },
      { kind: 'contains', field: 'note', values: ['blurry'] },
      { kind: 'contains', field: 'text', values: ['free text'] },
      { kind: 'contains', field: 'text', values: ['bare'] },
    ]);
    expect(conditions('fixed:3 -bothwrong:12')).toEqual([
      { kind: 'outcome', outcome: 'fixed', baseline: 3 },
      { kind: 'outcome', outcome: 'bothwrong', baseline: 12 },
    ]);
    const facts = '@gender:female,male @age=18..25 @"head pose">20 annotator:ada';
    expect(conditions(facts)).toEqual([
      { kind: 'attribute', name: 'gender', values: ['female', 'male'] },
      {
        kind: 'attributeRange',
        name: 'age',
        min: { value: 18, inclusive: true },
        max: { value: 25, inclusive: true },
      },
      { kind: 'attributeRange', name: 'head pose', min: { value: 20, inclusive: false }, max: null },
      { kind: 'annotator', values: ['ada'] },
    ]);
    const parsed = parseQuery(facts);
    expect(parsed.ok && formatQuery(parsed.query)).toBe(facts);
    expect(conditions('-id:3,12')).toEqual([{ kind: 'id', values: [3, 12] }]);
    expect(problem('id:3,x').message).toMatch(/“x” is not the number of an image/);
    expect(problem('@gender:').message).toMatch(/value is missing/);
    expect(problem('fixed:a').message).toMatch(/number of the run/);
    expect(conditions('wrong RIGHT flagged reviewed unlabelled broken excluded').map((one) => one.kind)).toEqual(
      Array.from({ length: 7 }, () => 'word'),
    );
  });

  it.each([
    ['sigma>.6', { min: { value: 0.6, inclusive: false }, max: null }],
    ['sigma >= 0.6', { min: { value: 0.6, inclusive: true }, max: null }],
    ['sigma<2', { min: null, max: { value: 2, inclusive: false } }],
    ['sigma<=2e-1', { min: null, max: { value: 0.2, inclusive: true } }],
    ['sigma=0.5', { min: { value: 0.5, inclusive: true }, max: { value: 0.5, inclusive: true } }],
    ['sigma=.1...5', { min: { value: 0.1, inclusive: true }, max: { value: 0.5, inclusive: true } }],
    ['sigma:0.1..0.5', { min: { value: 0.1, inclusive: true }, max: { value: 0.5, inclusive: true } }],
    ['sigma=..0.5', { min: null, max: { value: 0.5, inclusive: true } }],
  ])('reads the comparison %s', (text, bounds) => {
    expect(conditions(text)).toEqual([{ kind: 'range', field: 'sigma', ...bounds }]);
  });

  it('knows other names of the expressions, whatever their case', () => {
    expect(conditions('label:Happiness,ANGRY,Su,joy')).toEqual([
      { kind: 'class', field: 'label', values: ['happy', 'anger', 'surprise', 'happy'] },
    ]);
  });

  it('negates a term by a leading minus, and not a minus within', () => {
    const parsed = parseQuery('-split:test -"a b" x-y');
    expect(parsed.ok && parsed.query.map((term) => term.negated)).toEqual([true, true, false]);
    expect(conditions('x-y')).toEqual([{ kind: 'contains', field: 'text', values: ['x-y'] }]);
  });

  it('takes an empty text as the query for everything', () => {
    expect(parseQuery('  ')).toEqual({ ok: true, query: [] });
  });

  it.each([
    ['wrong label:grumpy', 'label:grumpy', 'No expression is called “grumpy”'],
    ['colour:red', 'colour:red', 'There is no field “colour”'],
    ['label: sad', 'label:', 'A value is missing after “label:”'],
    ['sigma>high', 'sigma>high', '“high” is not a number'],
    ['sigma>', 'sigma>', 'A number is missing'],
    ['sigma=3..1', 'sigma=3..1', 'The range 3..1 is empty'],
    ['path>3', 'path>3', '“path” cannot be compared'],
    ['status:lost', 'status:lost', 'No status is called “lost”'],
    ['a "b c', '"b c', 'A quotation mark is not closed'],
    ['a -', '-', 'A word is missing'],
    ['sigma=0x10', 'sigma=0x10', '“0x10” is not a number'],
  ])('says what is wrong with %s, and where', (text, word, message) => {
    expect(problem(text).word).toBe(word);
    expect(problem(text).message).toContain(message);
  });
});

describe('formatQuery', () => {
  it.each([
    'label:sad,fear -pred:none',
    'sigma>0.6 loss<=2 margin=0.1..0.2 entropy=1',
    'split:"my test" status:broken wrong -flagged',
    'path:"a,b","c\\"d" note:x',
    '"wrong" "label:sad" plain "-minus" "two words" "correct"',
  ])('gives back %s', (text) => {
    const parsed = parseQuery(text);
    expect(parsed.ok && formatQuery(parsed.query)).toBe(text);
  });

  it('writes what reads the same again, for any free text', () => {
    for (const value of ['a b', 'sigma', '>3', '"', '\\', 'x:y', 'ü', '-', 'unlabeled', 'a,b', '½', 'a"b'])
      expect(
        conditions(formatQuery([{ negated: true, condition: { kind: 'contains', field: 'text', values: [value] } }])),
      )
        // The negation is part of the term; what matters here is that the value survives.
        .toEqual([{ kind: 'contains', field: 'text', values: [value] }]);
  });
});
