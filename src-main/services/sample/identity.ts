/** Who is drawn: everything about a face that its expression does not change. Lengths in units of the face. */
import { type Colour, hex, luma, mix, WHITE } from './colour.ts';
import type { Stream } from './stream.ts';

export type HairStyle =
  | 'bald'
  | 'receding'
  | 'buzz'
  | 'crop'
  | 'part'
  | 'quiff'
  | 'curls'
  | 'afro'
  | 'bob'
  | 'long'
  | 'wavy'
  | 'fringe'
  | 'bun'
  | 'locs'
  | 'headscarf';

export type Beard = 'none' | 'stubble' | 'moustache' | 'goatee' | 'full';
export type Collar = 'crew' | 'vee' | 'shirt' | 'polo' | 'high';

/** The tones of one skin, from light to deep: shadows turn redder and deeper, not greyer. */
export interface Skin {
  readonly base: Colour;
  readonly light: Colour;
  readonly shade: Colour;
  readonly deep: Colour;
  readonly blush: Colour;
  readonly lip: Colour;
}

export interface Identity {
  /** 0 (twenty) .. 1 (eighty). */
  readonly age: number;
  /** 0 .. 1, moves jaw, brows, lips and lashes. */
  readonly feminine: number;
  readonly skin: Skin;
  readonly hair: { readonly style: HairStyle; readonly colour: Colour; readonly volume: number; readonly side: number };
  readonly beard: Beard;
  readonly head: {
    readonly width: number;
    readonly cheek: number;
    readonly jaw: number;
    readonly chin: number;
    readonly length: number;
    readonly ear: number;
  };
  readonly brow: {
    readonly thickness: number;
    readonly height: number;
    readonly arch: number;
    readonly colour: Colour;
  };
  readonly eye: {
    readonly apart: number;
    readonly width: number;
    readonly upper: number;
    readonly lower: number;
    readonly tilt: number;
    readonly hooded: number;
    readonly iris: Colour;
  };
  readonly nose: { readonly width: number; readonly length: number; readonly bridge: number };
  readonly mouth: { readonly width: number; readonly upper: number; readonly lower: number; readonly drop: number };
  readonly glasses: {
    readonly shape: 'round' | 'square' | 'wide';
    readonly colour: Colour;
    readonly thick: number;
  } | null;
  readonly freckles: number;
  readonly earring: boolean;
  readonly clothes: { readonly collar: Collar; readonly colour: Colour; readonly scarf: Colour };
}

const TONES = [
  '#F2D8C6',
  '#ECC9B1',
  '#E3B797',
  '#D6A580',
  '#C48F68',
  '#AE7852',
  '#946142',
  '#7C4E36',
  '#6A422F',
  '#573525',
] as const;
const HAIR = ['#17130F', '#231A15', '#35251C', '#4E3524', '#6B4A2E', '#8E6A42', '#B8935C', '#7A3B22'] as const;
const GREYS = ['#6E6A67', '#8F8B88', '#B4B0AC', '#D2CFCB'] as const;
const CLOTHES = [
  '#2E3A46',
  '#4F5B50',
  '#6B4F48',
  '#39424A',
  '#75685A',
  '#8B2F3A',
  '#31506B',
  '#C9C3B8',
  '#242629',
  '#566B7C',
  '#7A6A86',
  '#B07A3C',
] as const;

/** A person, drawn at random: all skin tones, ages and both ends of `feminine` are equally common. */
export function drawIdentity(stream: Stream): Identity {
  const tone = stream.between(0, TONES.length - 1);
  const age = stream.uniform();
  const woman = stream.chance(0.5);
  const feminine = woman ? stream.between(0.65, 1) : stream.between(0, 0.3);
  const skin = skinOf(tone, feminine, stream);
  const natural = hairColour(tone, stream);
  const grey = Math.max(0, Math.min(1, (age - 0.68) * 5 + 0.5 * stream.normal()));
  const colour = age > 0.68 ? mix(natural, hex(stream.pick(GREYS)), grey) : natural;
  const style = hairStyle(woman, age, tone, stream);
  const width = 28 + 1.3 * clip(stream.normal()) - feminine * 0.6;
  return {
    age,
    feminine,
    skin,
    hair: { style, colour, volume: stream.between(0.7, 1.3), side: stream.chance(0.5) ? -1 : 1 },
    beard: woman || stream.chance(0.5) ? 'none' : stream.pick(['stubble', 'moustache', 'goatee', 'full'], [3, 1, 1, 2]),
    head: {
      width,
      cheek: width * (0.955 + 0.02 * clip(stream.normal())),
      jaw: width * (0.8 - 0.06 * feminine + 0.03 * clip(stream.normal())),
      chin: 11.5 - 2.2 * feminine + clip(stream.normal()),
      length: 43.5 - feminine * 1.2 + 1.1 * clip(stream.normal()),
      ear: stream.between(0.9, 1.12),
    },
    brow: {
      thickness: 3.3 - 1.3 * feminine + 0.4 * clip(stream.normal()),
      height: 9.6 + 0.8 * feminine + 0.5 * clip(stream.normal()),
      arch: 1.3 + 0.9 * feminine + 0.4 * clip(stream.normal()),
      colour: age > 0.8 ? mix(natural, colour, 0.5) : mix(natural, hex('#1A120E'), 0.35),
    },
    eye: {
      apart: 13 + 0.5 * clip(stream.normal()),
      width: 6.7 + 0.3 * feminine + 0.25 * clip(stream.normal()),
      upper: 3.6 + 0.3 * feminine + 0.3 * clip(stream.normal()),
      lower: 2.2 + 0.2 * clip(stream.normal()),
      tilt: 0.7 + 0.6 * clip(stream.normal()),
      hooded: stream.chance(0.3) ? stream.between(0.4, 1) : 0,
      iris: irisColour(tone, stream),
    },
    nose: {
      width: 5.2 + tone * 0.14 - 0.5 * feminine + 0.45 * clip(stream.normal()),
      length: 15.6 + 0.8 * clip(stream.normal()),
      bridge: 2.2 + 0.3 * clip(stream.normal()),
    },
    mouth: {
      width: 9.6 + 0.6 * clip(stream.normal()),
      upper: 1.9 + 0.5 * feminine + tone * 0.08 + 0.3 * clip(stream.normal()),
      lower: 2.7 + 0.5 * feminine + tone * 0.08 + 0.3 * clip(stream.normal()),
      drop: 0.6 * clip(stream.normal()),
    },
    glasses: stream.chance(0.16)
      ? {
          shape: stream.pick(['round', 'square', 'wide']),
          colour: hex(stream.pick(['#1C1B1D', '#3B2A20', '#5D6066', '#6B2B2B'])),
          thick: stream.between(0.8, 1.4),
        }
      : null,
    freckles: tone < 3 && stream.chance(0.2) ? stream.between(0.4, 1) : 0,
    earring: woman && stream.chance(0.35),
    clothes: {
      collar: stream.pick(['crew', 'vee', 'shirt', 'polo', 'high']),
      colour: hex(stream.pick(CLOTHES)),
      scarf: hex(stream.pick(CLOTHES)),
    },
  };
}

/** Keeps a normal deviate within two deviations: no caricatures. */
function clip(deviate: number): number {
  return Math.max(-2, Math.min(2, deviate));
}

function skinOf(tone: number, feminine: number, stream: Stream): Skin {
  const below = Math.floor(tone);
  const one = hex(TONES[below] ?? TONES[0]);
  const other = hex(TONES[below + 1] ?? TONES[TONES.length - 1] ?? TONES[0]);
  const undertone = hex(stream.pick(['#E7B08A', '#C98A5E', '#D98F7C']));
  const base = mix(mix(one, other, tone - below), undertone, 0.06);
  const dark = 1 - luma(base);
  const red = mix(hex('#C4493C'), hex('#8C3A34'), dark);
  return {
    base,
    light: mix(base, mix(hex('#FFF4E6'), hex('#F2C9A0'), dark), 0.5),
    shade: mix(base, mix(hex('#8A4530'), hex('#2A130C'), dark), 0.52),
    deep: mix(base, mix(hex('#4A1E16'), hex('#120605'), dark), 0.8),
    blush: mix(base, red, 0.55),
    lip: mix(base, mix(hex('#B23E46'), hex('#7E3038'), dark), 0.38 + 0.26 * feminine * stream.between(0.5, 1)),
  };
}

function hairColour(tone: number, stream: Stream): Colour {
  const darkest = tone > 4 ? 3 : tone > 2.2 ? 5 : HAIR.length;
  const index = Math.floor(stream.uniform() * darkest);
  return mix(hex(HAIR[index] ?? HAIR[0]), WHITE, stream.between(0, 0.05));
}

function irisColour(tone: number, stream: Stream): Colour {
  if (tone < 3) return hex(stream.pick(['#5E7F96', '#6C8A6A', '#7A6440', '#5B3D26', '#4F6E86'], [3, 2, 2, 4, 2]));
  return hex(stream.pick(['#4A2C1A', '#35200F', '#5C3E20', '#2A1A12']));
}

function hairStyle(woman: boolean, age: number, tone: number, stream: Stream): HairStyle {
  const tight = tone > 5 ? 2 : 0.3;
  if (woman)
    return stream.pick(
      ['bob', 'long', 'wavy', 'fringe', 'bun', 'curls', 'afro', 'locs', 'part', 'headscarf'],
      [2, 2.4, 2.4, 1.6, 2, 1.2, tight, tight * 0.7, 1, 1.2],
    );
  return stream.pick(
    ['buzz', 'crop', 'part', 'quiff', 'curls', 'bald', 'receding', 'afro', 'locs', 'long'],
    [1.6, 2.2, 2, 1.8, 1.2, age > 0.45 ? 1.6 : 0.5, age > 0.5 ? 2 : 0, tight * 0.5, tight * 0.5, 0.3],
  );
}
