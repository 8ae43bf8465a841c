import type { Identity } from './identity.ts';
import { mix } from './svg.ts';

/** Colours that follow from a person's skin and hair. */
export interface Palette {
  /** The skin in shadow, by share. */
  shade(share: number): string;
  /** The skin in light, by share. */
  lit(share: number): string;
  readonly skin: string;
  readonly hair: string;
  readonly hairDark: string;
  readonly hairLight: string;
  readonly brow: string;
  readonly lash: string;
  readonly lips: string;
  readonly lipLine: string;
}

export function paletteOf(identity: Identity): Palette {
  const { skin, hair, lips } = identity;
  return {
    shade: (share) => mix(skin, mix(skin, '#1C0905', 0.82), share),
    lit: (share) => mix(skin, '#FFF4E6', share),
    skin,
    hair,
    hairDark: mix(hair, '#000000', 0.38),
    hairLight: mix(hair, '#FFFFFF', 0.2),
    brow: mix(hair, '#140D0A', 0.45),
    lash: mix(hair, '#0B0706', 0.8),
    lips,
    lipLine: mix(lips, '#2A0A0A', 0.6),
  };
}
