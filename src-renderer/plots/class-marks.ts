import { EXPRESSION_FACES, type Expression } from '../../src-shared/domain/expression.ts';

export { classCode, classShape, classTitle } from '../../src-shared/plots/class-marks.ts';

/** CSS colour of a class in the theme that is on. */
export function classColour(expression: Expression): string {
  return `var(--c-${EXPRESSION_FACES[expression].code.toLowerCase()})`;
}
