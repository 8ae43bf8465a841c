import { Random } from '../engine/random.ts';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { blend } from './action-units.ts';
import type { FacialState } from './action-units.ts';
import { drawIdentity } from './identity.ts';
import type { Identity } from './identity.ts';
import { drawScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { vote } from './taggers.ts';

/** Share of dataset labels that are wrong on purpose. */
export const PLANTED_SHARE = 0.04;

/** Pictures of one person; all of them lie in one split, so that no split knows another's faces. */
const FACES_A_PERSON = 3;

/** Class frequencies, uneven as in sets collected in the wild. */
const FREQUENCIES: readonly (readonly [Expression, number])[] = [
  ['neutral', 0.17],
  ['happy', 0.19],
  ['sad', 0.14],
  ['surprise', 0.14],
  ['fear', 0.11],
  ['disgust', 0.12],
  ['anger', 0.13],
];

export interface SampleFace {
  readonly file: string;
  /** The class that the face mostly shows. */
  readonly truth: Expression;
  /** The dataset's label: the truth, or a planted error. */
  readonly label: Expression;
  readonly planted: boolean;
  readonly split: 'train' | 'val' | 'test';
  /** The class mixed in, and its share of the expression (0 to 0.45). */
  readonly mixedWith: Expression;
  readonly mixture: number;
  readonly intensity: number;
  readonly votes: Partial<Record<Expression, number>>;
  readonly identity: Identity;
  readonly scene: Scene;
  readonly state: FacialState;
  /** Continues into the sensor's noise. */
  readonly random: Random;
}

function drawClass(random: Random): Expression {
  let rest = random.uniform();
  for (const [expression, share] of FREQUENCIES) if ((rest -= share) < 0) return expression;
  return 'neutral';
}

function other(random: Random, than: Expression): Expression {
  const others = SEVEN.filter((expression) => expression !== than);
  return others[random.integer(others.length)] ?? than;
}

/** One face; it depends on the seed and its index only, not on how many are drawn. */
function planFace(root: Random, index: number): Omit<SampleFace, 'label' | 'planted'> {
  const random = root.split(`face ${index}`);
  const person = root.split(`person ${Math.floor(index / FACES_A_PERSON)}`);
  const identity = drawIdentity(person.split('identity'));
  const place = person.split('split').uniform();
  const truth = drawClass(random);
  const mixedWith = other(random, truth);
  // Two faces in three are nearly pure; the others lie between two prototypes.
  const mixture = random.uniform() < 0.67 ? 0.15 * random.uniform() : 0.15 + 0.3 * random.uniform();
  const intensity = 0.68 + 0.37 * random.uniform();
  const state = blend({ [truth]: intensity * (1 - mixture), [mixedWith]: intensity * mixture });
  return {
    file: `sf-${String(index + 1).padStart(5, '0')}.jpg`,
    truth,
    mixedWith,
    mixture,
    intensity,
    split: place < 0.7 ? 'train' : place < 0.85 ? 'val' : 'test',
    votes: vote(state, SEVEN, random.split('taggers')),
    identity,
    scene: drawScene(random.split('scene')),
    state,
    random: random.split('sensor'),
  };
}

/** The whole sample: exactly PLANTED_SHARE of the labels (rounded) are wrong, those of the faces with the smallest draw. */
export function planSample(count: number, seed: number): SampleFace[] {
  const root = Random.seeded(seed);
  const faces = Array.from({ length: count }, (_, index) => planFace(root, index));
  const draws = faces.map((_, index) => root.split(`planted ${index}`));
  const rank = draws.map((draw) => draw.uniform());
  const planted = new Set(
    rank
      .map((value, index) => [value, index] as const)
      .toSorted(([a], [b]) => a - b)
      .slice(0, Math.round(PLANTED_SHARE * count))
      .map(([, index]) => index),
  );
  return faces.map((face, index) => {
    const wrong = planted.has(index);
    const draw = draws[index];
    return { ...face, planted: wrong, label: wrong && draw !== undefined ? other(draw, face.truth) : face.truth };
  });
}
