/** How a face is photographed: pose, light, background, and what the camera does to the picture. */
import { type Colour, hex, mix } from './colour.ts';
import type { Stream } from './stream.ts';

export interface Capture {
  /** Degrees; positive turns the face to the right of the picture, up, and clockwise. */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** Size of the face against the picture (1: the eyes lie 26% apart), and its shift in per cent of the picture. */
  readonly zoom: number;
  readonly shift: readonly [number, number];
  /** Where the light comes from, -1 (left) .. 1 (right), and how hard it is, 0 .. 1. */
  readonly light: { readonly side: number; readonly hard: number; readonly tint: Colour; readonly tinted: number };
  readonly background: {
    readonly kind: 'plain' | 'split' | 'bokeh' | 'stripes';
    readonly colours: readonly [Colour, Colour];
  };
  /** Where the eyes look, -1 .. 1 each. */
  readonly gaze: readonly [number, number];
  readonly grey: boolean;
  /** Multiplies the light of the pixels; contrast turns about mid grey. */
  readonly exposure: number;
  readonly contrast: number;
  /** Standard deviation of the blur, in 1/224 of the picture's width. */
  readonly blur: number;
  /** Standard deviation of the sensor's noise, in grey levels of 0 .. 255. */
  readonly noise: number;
}

const BACKGROUNDS = [
  '#AEB4B6',
  '#8D8A83',
  '#6F7A80',
  '#C8C2B6',
  '#55606A',
  '#8A9388',
  '#B09C88',
  '#484C50',
  '#CDD3D6',
  '#7B6A60',
  '#9DAFBA',
  '#5E6B58',
] as const;

/** Conditions of one picture, drawn at random; extremes are rare. */
export function drawCapture(stream: Stream): Capture {
  const bounded = (spread: number, most: number) => Math.max(-most, Math.min(most, spread * stream.normal()));
  const back = hex(stream.pick(BACKGROUNDS));
  return {
    yaw: bounded(8, 18),
    pitch: bounded(4, 9),
    roll: bounded(3.5, 9),
    zoom: 1.07 + bounded(0.03, 0.07),
    shift: [bounded(1.2, 3), bounded(1, 2.5) - 1.5],
    light: {
      side: stream.between(-1, 1),
      hard: stream.uniform() ** 1.5,
      tint: hex(stream.pick(['#FFB46B', '#86B4FF', '#FFE2B8', '#B8D4FF'])),
      tinted: stream.between(0, 0.1),
    },
    background: {
      kind: stream.pick(['plain', 'split', 'bokeh', 'stripes'], [5, 2, 2, 1]),
      colours: [back, mix(back, hex(stream.pick(BACKGROUNDS)), 0.7)],
    },
    gaze: [bounded(0.35, 1), bounded(0.25, 0.8)],
    grey: stream.chance(0.2),
    exposure: 1 + bounded(0.08, 0.2),
    contrast: 1 + bounded(0.07, 0.16),
    blur: stream.chance(0.2) ? stream.between(0.6, 1.4) : stream.between(0, 0.5),
    noise: stream.chance(0.25) ? stream.between(4.5, 9) : stream.between(1, 4),
  };
}
