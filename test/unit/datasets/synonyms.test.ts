import { describe, expect, it } from 'vitest';
import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import { expressionOf, mapLabel, splitOf } from '../../../src-shared/domain/synonyms.ts';

describe('expressionOf', () => {
  it('knows its own names', () => {
    for (const expression of EXPRESSIONS) expect(expressionOf(expression)).toBe(expression);
  });

  it.each([
    ['ANGER', 'anger'],
    ['Angry', 'anger'],
    ['AN', 'anger'],
    ['happiness', 'happy'],
    ['Joy ', 'happy'],
    ['SADNESS', 'sad'],
    ['Surprised', 'surprise'],
    ['fearful', 'fear'],
    ['af', 'fear'],
    ['Disgusted', 'disgust'],
    ['Neutrality', 'neutral'],
    ['contemptuous', 'contempt'],
    ['1_Surprise', 'surprise'],
    ['03-fear', 'fear'],
    ['happy_02', 'happy'],
  ])('%s is %s', (raw, expression) => {
    expect(expressionOf(raw)).toBe(expression);
  });

  it.each([
    '',
    '0',
    '3',
    '7.0',
    'none',
    'unknown',
    'uncertain',
    'NF',
    'non-face',
    'images',
    '__proto__',
    'constructor',
  ])('does not guess at “%s”', (raw) => {
    expect(expressionOf(raw)).toBeNull();
  });
});

describe('mapLabel', () => {
  it('lets a person correct the table, also to nothing', () => {
    expect(mapLabel('3', { '3': 'happy' })).toBe('happy');
    expect(mapLabel('happy', { happy: null })).toBeNull();
    expect(mapLabel('happy', {})).toBe('happy');
    expect(mapLabel('toString', {})).toBeNull();
  });
});

describe('splitOf', () => {
  it.each([
    ['Training', 'train'],
    ['PublicTest', 'val'],
    ['PrivateTest', 'test'],
    ['validation', 'val'],
    ['val_set', 'val'],
    ['Train_Aligned_Faces', 'train'],
    ['FER2013Test', 'test'],
    ['happy', null],
    ['3', null],
  ])('%s is %s', (raw, split) => {
    expect(splitOf(raw)).toBe(split);
  });
});
