import { EXPRESSIONS, type Expression } from '../../src-shared/domain/expression.ts';
import { classTitle } from './class-marks.ts';
import { contrast, distance, parseHex, type Sight } from './colour.ts';

/** The given colours keep 23 and 15.5 between any two; what a person chooses shall not fall far below. */
const FEWEST: Readonly<Record<'normal' | 'simulated', number>> = { normal: 15, simulated: 10 };
/** WCAG 2.2, 1.4.11: of a mark that carries meaning against what is beside it. */
const LEAST_CONTRAST = 3;

const SIGHT_WORDS: Readonly<Record<Exclude<Sight, 'normal'>, string>> = {
  protanopia: 'without red cones (protanopia)',
  deuteranopia: 'without green cones (deuteranopia)',
  tritanopia: 'without blue cones (tritanopia)',
};

export type Colours = Readonly<Partial<Record<Expression, string>>>;

/**
 * What is wrong with these colours on these surfaces, a sentence each; empty where nothing is. Of two that are alike, the sight that
 * sees the least difference is named.
 */
export function colourWarnings(colours: Colours, surfaces: readonly string[]): string[] {
  const known = EXPRESSIONS.flatMap((expression) => {
    const colour = parseHex(colours[expression] ?? '');
    return colour === null ? [] : [{ expression, colour }];
  });
  const grounds = surfaces.map(parseHex).filter((ground) => ground !== null);
  const faint = known.flatMap(({ expression, colour }) => {
    const least = Math.min(...grounds.map((ground) => contrast(colour, ground)));
    return least < LEAST_CONTRAST
      ? [`${classTitle(expression)} is hard to see here: contrast ${least.toFixed(1)}:1, and 3:1 is the least.`]
      : [];
  });
  const alike = known.flatMap((one, i) =>
    known.slice(i + 1).flatMap((other) => {
      const pair = `${classTitle(one.expression)} and ${classTitle(other.expression)}`;
      const normal = distance(one.colour, other.colour);
      if (normal < FEWEST.normal) return [`${pair} are hard to tell apart: they differ by ΔE ${normal.toFixed(1)}.`];
      const simulated = (Object.keys(SIGHT_WORDS) as (keyof typeof SIGHT_WORDS)[])
        .map((sight) => ({ sight, apart: distance(one.colour, other.colour, sight) }))
        .toSorted((a, b) => a.apart - b.apart)[0];
      return simulated !== undefined && simulated.apart < FEWEST.simulated
        ? [`${pair} look alike to people ${SIGHT_WORDS[simulated.sight]}: ΔE ${simulated.apart.toFixed(1)}.`]
        : [];
    }),
  );
  return [...faint, ...alike];
}
