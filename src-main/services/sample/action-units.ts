/**
 * The Facial Action Coding System's action units (Ekman, Friesen & Hager 2002) that the drawn faces can move, and what
 * each does to the drawing. A unit's intensity is 0 .. 1, where 1 stands for FACS intensity E.
 */

/** FACS numbers; R12 is unit 12 on the right side of the picture only, as FACS writes unilateral action. */
export const ACTION_UNITS = [
  '1',
  '2',
  '4',
  '5',
  '6',
  '7',
  '9',
  '10',
  '12',
  'R12',
  '15',
  '17',
  '20',
  '23',
  '25',
  '26',
] as const;

export type ActionUnit = (typeof ACTION_UNITS)[number];

/** Intensity of every unit, 0 .. 1. */
export type Activation = Readonly<Record<ActionUnit, number>>;

/**
 * What can be displaced. Lengths are in units of the face (eyes lie 26 apart), upward and outward positive; creases
 * are strengths of 0 .. 1.
 */
export const CHANNELS = [
  'browInner',
  'browOuter',
  'browTogether',
  'lidUpper',
  'lidLower',
  'lidSlant',
  'gaze',
  'cheek',
  'noseLift',
  'flare',
  'cornerOut',
  'cornerUp',
  'cornerUpRight',
  'upperLip',
  'lowerLip',
  'mouthUp',
  'part',
  'jaw',
  'thin',
  'pout',
  'square',
  'foreheadMiddle',
  'foreheadSides',
  'glabella',
  'noseRoot',
  'crowsFeet',
  'nasolabial',
  'marionette',
  'chin',
] as const;

export type Channel = (typeof CHANNELS)[number];

/** The displacement of a whole face. */
export type Deformation = Readonly<Record<Channel, number>>;

/** The displacement by each unit at intensity 1; what the FACS manual describes for it, in numbers. */
export const EFFECTS: Readonly<Record<ActionUnit, Readonly<Partial<Record<Channel, number>>>>> = {
  // Inner brow raiser, frontalis pars medialis: the brows' inner ends rise and the upper lids slant with them.
  '1': { browInner: 5, lidSlant: 1, foreheadMiddle: 1 },
  // Outer brow raiser, frontalis pars lateralis.
  '2': { browOuter: 5, browInner: 0.6, lidSlant: -1, foreheadSides: 1 },
  // Brow lowerer, corrugator and depressor supercilii: down and together, upright furrows between them.
  '4': { browInner: -4.6, browOuter: -1.2, browTogether: 2.6, lidUpper: -0.3, lidSlant: -0.5, glabella: 1 },
  // Upper lid raiser, levator palpebrae: white shows above the iris.
  '5': { lidUpper: 2.5, browInner: 0.2, browOuter: 0.2 },
  // Cheek raiser, orbicularis oculi pars orbitalis: cheeks up, eyes narrowed from below, crow's feet.
  '6': { cheek: 1, lidLower: 1.6, lidUpper: -0.7, browOuter: -0.5, crowsFeet: 1, nasolabial: 0.3 },
  // Lid tightener, orbicularis oculi pars palpebralis.
  '7': { lidLower: 1.2, lidUpper: -0.8 },
  // Nose wrinkler, levator labii superioris alaeque nasi.
  '9': {
    noseLift: 2.4,
    noseRoot: 1,
    flare: 0.7,
    browInner: -2.2,
    browTogether: 0.8,
    upperLip: 1.3,
    lidLower: 1.2,
    lidUpper: -0.9,
    cheek: 0.5,
    nasolabial: 0.7,
  },
  // Upper lip raiser, levator labii superioris.
  '10': { upperLip: 2.6, square: 0.5, flare: 0.5, nasolabial: 0.7, cheek: 0.25, cornerUp: -0.6 },
  // Lip corner puller, zygomaticus major.
  '12': { cornerOut: 3.6, cornerUp: 5, cheek: 0.5, thin: 0.25, nasolabial: 0.7, lidLower: 0.3 },
  R12: { cornerUpRight: 4.4, cornerOut: 0.7, nasolabial: 0.15, lidLower: 0.3, lidUpper: -0.5 },
  // Lip corner depressor, depressor anguli oris.
  '15': { cornerUp: -4, cornerOut: 0.2, marionette: 1, gaze: -0.5 },
  // Chin raiser, mentalis: the chin's boss and the lower lip are pushed up.
  '17': { mouthUp: 1.3, pout: 0.9, chin: 1, cornerUp: -0.8 },
  // Lip stretcher, risorius: sideways and a little down, flattening the lips.
  '20': { cornerOut: 4, cornerUp: -1.8, thin: 0.35, lowerLip: 1.1, square: 0.9, marionette: 0.35 },
  // Lip tightener, orbicularis oris.
  '23': { thin: 0.85, cornerOut: -1.9, chin: 0.25 },
  // Lips part.
  '25': { part: 2.5 },
  // Jaw drop.
  '26': { jaw: 10, part: 1.2, cornerOut: -2.4 },
};

/** No unit acts. */
export const AT_REST: Activation = activation({});

/** An activation of every unit from the acting ones. */
export function activation(acting: Readonly<Partial<Record<ActionUnit, number>>>): Activation {
  return table(ACTION_UNITS, (unit) => acting[unit] ?? 0);
}

/** The sum of what the units do, each in proportion to its intensity. */
export function deform(units: Activation): Deformation {
  return table(CHANNELS, (channel) =>
    ACTION_UNITS.reduce((sum, unit) => sum + units[unit] * (EFFECTS[unit][channel] ?? 0), 0),
  );
}

function table<Key extends string>(keys: readonly Key[], value: (key: Key) => number): Record<Key, number> {
  const entries: Partial<Record<Key, number>> = {};
  for (const key of keys) entries[key] = value(key);
  return entries as Record<Key, number>;
}
