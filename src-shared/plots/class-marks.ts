import { EXPRESSION_FACES, type ClassShape, type Expression } from '../domain/expression.ts';

/** Path data of each shape on a field of 10 by 10, areas balanced by eye. */
const SHAPES: Readonly<Record<ClassShape, string>> = {
  circle: 'M5 .7a4.3 4.3 0 1 0 0 8.6a4.3 4.3 0 1 0 0-8.6z',
  triangle: 'M5 .5 9.7 9H.3z',
  'triangle-down': 'M5 9.5.3 1h9.4z',
  diamond: 'M5-.2 9.6 5 5 10.2.4 5z',
  square: 'M1 1h8v8H1z',
  plus: 'M3.4.4h3.2v3h3v3.2h-3v3H3.4v-3h-3V3.4h3z',
  star: 'M5-.3 6.5 3.2l3.8.3-2.9 2.5.9 3.7L5 7.7 1.7 9.7l.9-3.7L-.3 3.5l3.8-.3z',
  y: 'M3.6 9.8V6L.3 2.7 2.2.7 5 3.5 7.8.7l1.9 2L6.4 6v3.8z',
};

export function classShape(expression: Expression): string {
  return SHAPES[EXPRESSION_FACES[expression].shape];
}

export function classTitle(expression: Expression): string {
  return EXPRESSION_FACES[expression].title;
}

export function classCode(expression: Expression): string {
  return EXPRESSION_FACES[expression].code;
}
