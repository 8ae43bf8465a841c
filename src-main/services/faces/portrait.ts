import type { FacialState } from './action-units.ts';
import { drawBrow, drawEye, drawGlasses } from './draw-eyes.ts';
import { drawHairBehind, drawHairFront } from './draw-hair.ts';
import { drawBody, drawCreases, drawEars, drawHead, drawMoustache, drawNose } from './draw-head.ts';
import { drawMouth } from './draw-mouth.ts';
import { shapeFace } from './geometry.ts';
import type { Identity } from './identity.ts';
import { paletteOf } from './palette.ts';
import type { Scene } from './scene.ts';
import { mix, n } from './svg.ts';

/** Side of the picture, pixels: the model's input. */
export const SIDE = 224;

const COVERS_EARS = new Set<Identity['style']>(['bob', 'long', 'fringe', 'scarf', 'afro']);

/** The whole picture of one person showing one facial state, as an SVG document. */
export function drawPortrait(identity: Identity, scene: Scene, state: FacialState): string {
  const geometry = shapeFace(identity, scene, state);
  const palette = paletteOf(identity);
  const lightX = 50 + scene.light * 18;
  const definitions =
    `<radialGradient id="skin" cx="${n(lightX)}%" cy="36%" r="74%"><stop offset="0" stop-color="${palette.lit(0.16)}"/>` +
    `<stop offset="0.55" stop-color="${palette.skin}"/><stop offset="1" stop-color="${palette.shade(0.42)}"/></radialGradient>` +
    `<radialGradient id="wall" cx="${n(50 + scene.light * 32)}%" cy="24%" r="96%"><stop offset="0" stop-color="${mix(identity.background, '#FFFFFF', 0.18)}"/>` +
    `<stop offset="1" stop-color="${mix(identity.background, '#14171A', 0.4)}"/></radialGradient>`;
  const far = scene.light > 0 ? { from: '56%', to: '18%' } : { from: '44%', to: '82%' };
  const shadow =
    `<linearGradient id="shadow" x1="${far.from}" x2="${far.to}"><stop offset="0" stop-color="${palette.shade(0.8)}" stop-opacity="0"/>` +
    `<stop offset="0.35" stop-color="${palette.shade(0.8)}" stop-opacity="0.28"/><stop offset="1" stop-color="${palette.shade(0.8)}" stop-opacity="0.62"/></linearGradient>`;
  const features = [
    drawHairBehind(geometry, identity, palette),
    drawBody(geometry, identity, palette),
    COVERS_EARS.has(identity.style) ? '' : drawEars(geometry, palette, scene),
    drawHead(geometry, identity, palette, scene),
    ...geometry.eyes.map((eye) => drawEye(eye, geometry, identity, scene, palette)),
    drawCreases(geometry, identity, palette),
    drawNose(geometry, palette, scene),
    drawMouth(geometry, identity, palette, state.units[26], state.units[20]),
    drawMoustache(geometry, identity, palette),
    ...geometry.eyes.map((eye) => drawBrow(eye, identity, palette)),
    drawHairFront(geometry, identity, palette, scene),
    drawGlasses(geometry, identity),
  ].join('');
  const middle = SIDE / 2;
  const placed =
    `translate(${n(middle + scene.shiftX)} ${n(middle + 6 + scene.shiftY)}) rotate(${n(scene.roll)}) ` +
    `scale(${n(scene.scale)}) translate(${-middle} ${-middle - 2})`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}"><defs>${definitions}${shadow}</defs>` +
    `<rect width="${SIDE}" height="${SIDE}" fill="url(#wall)"/><g transform="${placed}">${features}</g></svg>`
  );
}
