import type { Expression } from './expression.ts';
import type { LabelMap } from './dataset.ts';

/**
 * How data sets name the expressions: RAF-DB, AffectNet, FER2013, FER+, ExpW, SFEW, CAER-S, CK+, JAFFE and KDEF, with
 * the adjectives and nouns that people use, and the two- and three-letter codes. Names only: a number means another
 * class in every data set. AffectNet's "None", "Uncertain" and "Non-Face" are no expressions and stay unknown.
 */
const SYNONYMS: Readonly<Record<Expression, readonly string[]>> = {
  neutral: ['neutral', 'neutrality', 'calm', 'normal', 'neu', 'ne'],
  happy: ['happy', 'happiness', 'joy', 'joyful', 'smile', 'smiling', 'hap', 'ha'],
  sad: ['sad', 'sadness', 'unhappy', 'sorrow', 'sa'],
  surprise: ['surprise', 'surprised', 'surprising', 'astonished', 'astonishment', 'sur', 'su'],
  fear: ['fear', 'fearful', 'afraid', 'scared', 'fea', 'fe', 'af'],
  disgust: ['disgust', 'disgusted', 'disgusting', 'dis', 'di'],
  anger: ['anger', 'angry', 'angriness', 'rage', 'mad', 'ang', 'an'],
  contempt: ['contempt', 'contemptuous', 'contemptous', 'scorn', 'con', 'co'],
};

const EXPRESSION_BY_NAME: ReadonlyMap<string, Expression> = new Map(
  (Object.entries(SYNONYMS) as [Expression, readonly string[]][]).flatMap(([expression, names]) =>
    names.map((name) => [name, expression] as const),
  ),
);

/**
 * Splits as data sets name them. FER2013's PublicTest was its leaderboard's (validation), PrivateTest its final test.
 */
const SPLITS: Readonly<Record<'train' | 'val' | 'test', readonly string[]>> = {
  train: ['train', 'training', 'trainset', 'trainingset', 'fer2013train', 'trainalignedfaces', 'learn'],
  val: [
    'val',
    'valid',
    'validation',
    'valset',
    'validset',
    'dev',
    'eval',
    'public',
    'publictest',
    'fer2013valid',
    'valalignedfaces',
  ],
  test: ['test', 'testing', 'testset', 'private', 'privatetest', 'fer2013test', 'holdout'],
};

const SPLIT_BY_NAME: ReadonlyMap<string, string> = new Map(
  Object.entries(SPLITS).flatMap(([split, names]) => names.map((name) => [name, split] as const)),
);

/**
 * Letters only, lower case, accents off; a number before the name (`1_surprise`) says nothing and is left out with the
 * rest.
 */
function bare(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]/gu, '');
}

/**
 * The expression that a class name stands for, in any case and with any separators; null where the table does not know
 * it, as for every bare number.
 */
export function expressionOf(name: string): Expression | null {
  const letters = bare(name).replace(/^\d+|\d+$/g, '');
  return EXPRESSION_BY_NAME.get(letters) ?? null;
}

/** The corrections of a person first, the synonyms table after. */
export function mapLabel(name: string, corrections: LabelMap): Expression | null {
  return Object.hasOwn(corrections, name) ? (corrections[name] ?? null) : expressionOf(name);
}

/** `train`, `val` or `test` for the usual names of these three, else null. */
export function splitOf(name: string): string | null {
  return SPLIT_BY_NAME.get(bare(name)) ?? null;
}
