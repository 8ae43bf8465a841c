/** One synthetic face as SVG: no photograph of anybody is behind it. */
import { type Activation, deform } from './action-units.ts';
import type { Capture } from './capture.ts';
import { Head } from './head.ts';
import type { Identity } from './identity.ts';
import { drawBackground } from './parts/background.ts';
import { drawBeard } from './parts/beard.ts';
import { drawBrows } from './parts/brows.ts';
import { drawClothes } from './parts/clothes.ts';
import { drawEyes } from './parts/eyes.ts';
import { drawGlasses } from './parts/glasses.ts';
import { drawHair } from './parts/hair.ts';
import { drawHairBehind } from './parts/hair-behind.ts';
import { drawMouth } from './parts/mouth.ts';
import { mouthShape } from './parts/mouth-shape.ts';
import { drawFolds, drawNose } from './parts/nose.ts';
import { drawEars, drawNeck, drawSkin, headOutline } from './parts/skull.ts';
import type { Scene } from './scene.ts';
import { Sheet } from './sheet.ts';
import type { Stream } from './stream.ts';

/** Who, showing what, and how photographed. */
export interface Portrait {
  readonly identity: Identity;
  readonly units: Activation;
  readonly capture: Capture;
}

/**
 * Draws a portrait.
 * @param detail random strands and freckles; equal streams give equal drawings
 * @param size width and height in pixels
 * @returns the text of an SVG document
 */
export function drawFace({ identity, units, capture }: Portrait, detail: Stream, size: number): string {
  const sheet = new Sheet();
  const head = new Head(identity, capture);
  const scene: Scene = { sheet, head, identity, form: deform(units), capture, detail };
  drawBackground(scene);
  const [right, down] = capture.shift;
  // Scaled about the middle of the face, so that a nearer face stays in the picture.
  const about = `translate(${(50 + right).toFixed(2)} ${(52 + down).toFixed(2)}) scale(${capture.zoom.toFixed(3)})`;
  sheet.group(`transform="${about} translate(-50 -52)"`, () => {
    const tilt = `transform="rotate(${capture.roll.toFixed(2)} 50 72)"`;
    sheet.group(tilt, () => drawHairBehind(scene));
    drawNeck(scene);
    drawClothes(scene);
    sheet.group(tilt, () => drawPortrait(scene));
  });
  sheet.rectangle(capture.light.tint, capture.light.tinted);
  return sheet.svg(size);
}

function drawPortrait(scene: Scene): void {
  const outline = headOutline(scene);
  const mouth = mouthShape(scene);
  drawEars(scene);
  drawSkin(scene, outline);
  drawBeard(scene, mouth);
  drawFolds(scene, mouth.corners);
  drawNose(scene);
  drawEyes(scene);
  drawBrows(scene);
  drawMouth(scene, mouth);
  drawHair(scene, outline);
  drawGlasses(scene);
}
