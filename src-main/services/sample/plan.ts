/**
 * The sample's faces before they are drawn: what each shows, what its data set says it shows, where it belongs.
 * Everything about face i follows from the seed and i alone, in blocks that keep the shares exact.
 */
import { type Expression, SEVEN } from '../../../src-shared/domain/expression.ts';
import { drawCapture } from './capture.ts';
import type { Portrait } from './draw.ts';
import { drawIdentity } from './identity.ts';
import { blend, perform } from './prototypes.ts';
import { Stream } from './stream.ts';
import { vote, type Votes } from './taggers.ts';

export type Split = 'train' | 'val' | 'test';

export interface PlannedFace {
  /** 1, 2, 3, … */
  readonly number: number;
  /** What it is drawn from. */
  readonly portrait: Portrait;
  /** What the face shows most. */
  readonly truth: Expression;
  /** What else it shows and how much of it there is; null where it shows one expression. */
  readonly second: { readonly expression: Expression; readonly share: number } | null;
  /** 0 .. 1: how strong the expression is. */
  readonly intensity: number;
  /** What the data set says: the truth, or for one face in 25 another expression. */
  readonly label: Expression;
  readonly planted: boolean;
  readonly split: Split;
  readonly votes: Votes;
}

/** Twenty faces in a row hold these: not equal shares, as no collected data set has them. */
const CLASS_BLOCK: readonly Expression[] = [
  ...Array<Expression>(3).fill('neutral'),
  ...Array<Expression>(4).fill('happy'),
  ...Array<Expression>(3).fill('sad'),
  ...Array<Expression>(3).fill('surprise'),
  ...Array<Expression>(2).fill('fear'),
  ...Array<Expression>(2).fill('disgust'),
  ...Array<Expression>(3).fill('anger'),
];
/** Exactly one label among this many faces in a row is wrong. */
const PLANTED_BLOCK = 25;
export const PLANTED_SHARE = 1 / PLANTED_BLOCK;
/** Twenty faces of a class in a row go to these splits: 70, 15 and 15%. */
const SPLIT_BLOCK: readonly Split[] = [
  ...Array<Split>(14).fill('train'),
  ...Array<Split>(3).fill('val'),
  ...Array<Split>(3).fill('test'),
];
/** Share of the faces that show two expressions, and the most that the second has of it. */
const MIXED = 0.28;
const MOST_MIXED = 0.46;

/** The faces of a sample in order, one after the other; a longer sample begins with the shorter one. Every face is a person of its own. */
export function* planSample(seed: number, count: number): Generator<PlannedFace> {
  const seenOf = new Map<Expression, number>();
  for (let index = 0; index < count; index += 1) {
    const truth = blockItem(CLASS_BLOCK, index, new Stream(seed, 'classes', Math.floor(index / CLASS_BLOCK.length)));
    const nth = seenOf.get(truth) ?? 0;
    seenOf.set(truth, nth + 1);
    const block = Math.floor(nth / SPLIT_BLOCK.length);
    yield planFace(seed, index, truth, blockItem(SPLIT_BLOCK, nth, new Stream(seed, 'splits', truth, block)));
  }
}

function blockItem<T>(block: readonly T[], index: number, stream: Stream): T {
  const item = stream.shuffled(block)[index % block.length];
  if (item === undefined) throw new RangeError('An empty block holds nothing.');
  return item;
}

function planFace(seed: number, index: number, truth: Expression, split: Split): PlannedFace {
  const stream = new Stream(seed, 'expression', index);
  const others = SEVEN.filter((expression) => expression !== truth);
  const other = () => blockItem(others, 0, stream);
  const second = stream.chance(MIXED) ? { expression: other(), share: stream.between(0.2, MOST_MIXED) } : null;
  // Strong expressions are the rule, faint ones the exception.
  const intensity = Math.round((1 - 0.5 * stream.uniform() ** 1.6) * 1000) / 1000;
  const own = perform(truth, stream);
  const units = second
    ? blend([
        [own, (1 - second.share) * intensity],
        [perform(second.expression, stream), second.share * intensity],
      ])
    : blend([[own, intensity]]);
  const labels = new Stream(seed, 'labels', Math.floor(index / PLANTED_BLOCK));
  const planted = Math.floor(labels.uniform() * PLANTED_BLOCK) === index % PLANTED_BLOCK;
  const wrong = other();
  return {
    number: index + 1,
    portrait: {
      identity: drawIdentity(new Stream(seed, 'identity', index)),
      units,
      capture: drawCapture(new Stream(seed, 'capture', index)),
    },
    truth,
    second,
    intensity,
    label: planted ? wrong : truth,
    planted,
    split,
    votes: vote(units, new Stream(seed, 'votes', index)),
  };
}
