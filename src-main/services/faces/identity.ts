import type { Random } from '../engine/random.ts';
import { mix } from './svg.ts';

/** Skin tones, light to dark, spread over the ten of the Monk Skin Tone scale (Monk 2019). */
const SKINS = [
  '#F4DFD0',
  '#EFD1B9',
  '#E6BE9F',
  '#D9A680',
  '#C38E66',
  '#A97350',
  '#8B5A3D',
  '#70452F',
  '#573524',
  '#45291D',
];
const HAIRS = ['#17130F', '#241A15', '#38261B', '#523723', '#74502F', '#A27A48', '#C8A46A', '#7A3B22'];
const GREYS = ['#8E8B87', '#B9B6B1', '#D8D5CF'];
const IRISES = ['#3A2418', '#2E1C13', '#5B4526', '#4E6A52', '#5B7C93', '#6F8794'];
const CLOTHES = ['#39424C', '#5A4B55', '#4B5A4C', '#6C5B49', '#2E3440', '#7A6A64', '#8A8C90', '#4A5C73', '#7B4B44'];
const BACKGROUNDS = [
  '#B9C0C4',
  '#A8A49C',
  '#8D979E',
  '#CBC6BC',
  '#76808A',
  '#98A296',
  '#B8AA9B',
  '#656C74',
  '#D2D3CF',
  '#87796D',
];

export const HAIR_STYLES = [
  'bald',
  'buzz',
  'crop',
  'side-part',
  'quiff',
  'curly',
  'afro',
  'bob',
  'long',
  'fringe',
  'bun',
  'scarf',
] as const;
export type HairStyle = (typeof HAIR_STYLES)[number];

const SHORT: readonly HairStyle[] = [
  'bald',
  'buzz',
  'crop',
  'crop',
  'side-part',
  'side-part',
  'quiff',
  'curly',
  'afro',
];
const LONG: readonly HairStyle[] = ['bob', 'long', 'long', 'fringe', 'bun', 'curly', 'afro', 'side-part', 'scarf'];

/** All of a person that an expression does not change. Lengths in pixels of the 224 picture. */
export interface Identity {
  readonly skin: string;
  readonly hair: string;
  readonly style: HairStyle;
  readonly iris: string;
  readonly lips: string;
  readonly clothes: string;
  readonly background: string;
  /** 0 softer features, 1 stronger: brow weight, jaw, lips. */
  readonly ruggedness: number;
  /** 0 twenty, 1 eighty. */
  readonly age: number;
  readonly headWidth: number;
  readonly jawWidth: number;
  readonly chinWidth: number;
  readonly headLength: number;
  readonly eyeSpacing: number;
  readonly eyeSize: number;
  readonly eyeTilt: number;
  readonly browWeight: number;
  readonly browHeight: number;
  readonly noseWidth: number;
  readonly noseLength: number;
  readonly mouthWidth: number;
  readonly lipFullness: number;
  readonly freckles: boolean;
  readonly glasses: 'none' | 'round' | 'square';
  readonly beard: 'none' | 'stubble' | 'moustache' | 'full';
}

function pick<T>(random: Random, from: readonly T[]): T {
  const chosen = from[random.integer(from.length)];
  if (chosen === undefined) throw new Error('Nothing to pick from.');
  return chosen;
}

/** Draws a person. The same generator state gives the same person. */
export function drawIdentity(random: Random): Identity {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const ruggedness = random.uniform();
  const rugged = ruggedness > 0.5;
  const tone = random.integer(SKINS.length);
  const skin = SKINS[tone] ?? '#C38E66';
  const age = random.uniform() ** 1.3;
  const natural = pick(random, tone >= 5 ? HAIRS.slice(0, 3) : tone >= 3 ? HAIRS.slice(0, 5) : HAIRS);
  const grey = pick(random, GREYS);
  const hair = age > 0.78 ? mix(natural, grey, between(0.6, 1)) : natural;
  const style = pick(random, rugged ? SHORT : LONG);
  const facialHair = random.uniform();
  const glasses = random.uniform();
  return {
    skin,
    hair,
    style: style === 'afro' && tone < 4 ? 'curly' : style,
    iris: pick(random, tone >= 5 ? IRISES.slice(0, 2) : IRISES),
    lips: mix(skin, tone >= 6 ? '#6E2B2E' : '#B1474B', rugged ? between(0.26, 0.38) : between(0.38, 0.6)),
    clothes: pick(random, CLOTHES),
    background: pick(random, BACKGROUNDS),
    ruggedness,
    age,
    headWidth: between(57, 64),
    jawWidth: between(44, 49) + (rugged ? 4 : 0),
    chinWidth: between(15, 20) + (rugged ? 6 : 0),
    headLength: between(-4, 4),
    eyeSpacing: between(27, 30.5),
    eyeSize: between(0.94, 1.08),
    eyeTilt: between(-1.4, 1.8),
    browWeight: rugged ? between(5, 7.4) : between(3.2, 5),
    browHeight: between(-1.5, 1.5),
    noseWidth: between(9.5, 13.5),
    noseLength: between(-3, 3),
    mouthWidth: between(20, 24),
    lipFullness: rugged ? between(0.75, 1) : between(0.95, 1.25),
    freckles: tone < 4 && random.uniform() < 0.14,
    glasses: glasses < 0.1 ? 'round' : glasses < 0.19 ? 'square' : 'none',
    beard:
      !rugged || facialHair < 0.5 ? 'none' : facialHair < 0.7 ? 'stubble' : facialHair < 0.83 ? 'moustache' : 'full',
  };
}
