/** Orders in which known datasets number their classes: what an unlabelled output index may mean. */
import type { Expression } from './expression.ts';
import { EXPRESSIONS, SEVEN } from './expression.ts';

export interface ClassOrder {
  /** Short name for the command line. */
  readonly id: string;
  readonly title: string;
  readonly order: readonly Expression[];
}

export const CLASS_ORDERS: readonly ClassOrder[] = [
  {
    id: 'rafdb',
    title: 'RAF-DB',
    order: ['surprise', 'fear', 'disgust', 'happy', 'sad', 'anger', 'neutral'],
  },
  {
    id: 'affectnet7',
    title: 'AffectNet, 7 classes',
    order: ['neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'anger'],
  },
  {
    id: 'affectnet8',
    title: 'AffectNet, 8 classes',
    order: ['neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'anger', 'contempt'],
  },
  {
    id: 'fer2013',
    title: 'FER2013',
    order: ['anger', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'],
  },
  {
    id: 'ferplus',
    title: 'FER+',
    order: ['neutral', 'happy', 'surprise', 'sad', 'anger', 'disgust', 'fear', 'contempt'],
  },
];

/** The known orders of as many classes as a model has; AffectNet's order of seven is the workbench's own. */
export function ordersFor(classes: number): readonly ClassOrder[] {
  return CLASS_ORDERS.filter(({ order }) => order.length === classes);
}

/** The workbench's own order. */
export function ownOrder(classes: number): readonly Expression[] {
  return classes === EXPRESSIONS.length ? EXPRESSIONS : SEVEN;
}
