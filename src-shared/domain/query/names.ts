import { EXPRESSION_FACES, EXPRESSIONS, type Expression } from '../expression.ts';

/** Other words that people and datasets use for the expressions. */
const SYNONYMS: Readonly<Record<Expression, readonly string[]>> = {
  neutral: ['neutrality', 'calm'],
  happy: ['happiness', 'joy', 'joyful', 'smile'],
  sad: ['sadness', 'sorrow'],
  surprise: ['surprised'],
  fear: ['fearful', 'afraid', 'scared'],
  disgust: ['disgusted'],
  anger: ['angry', 'mad'],
  contempt: ['contemptuous', 'scorn'],
};

const BY_NAME: ReadonlyMap<string, Expression> = new Map(
  EXPRESSIONS.flatMap((expression) => {
    const { title, code } = EXPRESSION_FACES[expression];
    return [expression, title.toLowerCase(), code.toLowerCase(), ...SYNONYMS[expression]].map(
      (name) => [name, expression] as const,
    );
  }),
);

/** The expression that a word names (its name, title, two-letter code or a synonym; case does not matter), or null. */
export function expressionNamed(name: string): Expression | null {
  return BY_NAME.get(name.trim().toLowerCase()) ?? null;
}
