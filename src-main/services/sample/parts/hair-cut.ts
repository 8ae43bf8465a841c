/** What hair styles are made of: the cap over the skull, its hairline, strands and curls. */
import { BLACK, type Colour, mix, WHITE } from '../colour.ts';
import type { Spot } from '../head.ts';
import { lerp, type Scene } from '../scene.ts';
import type { Path } from '../sheet.ts';

/** Depth at which hair that stands off the skull is placed. */
const OFF = 7;

/** The outer contour of hair that stands `off` above the skull, from the left ear over the crown to the right ear. */
export function contour({ identity }: Scene, off: number, foot = 2): Spot[] {
  const { width } = identity.head;
  const half: Spot[] = [
    [0, -41.5 - off, OFF],
    [width * 0.58, -38.6 - off * 0.92, OFF],
    [width * 0.93 + off * 0.35, -27 - off * 0.5, OFF],
    [width + 0.3 + off * 0.6, -11, OFF],
    [width + 0.2 + off * 0.5, foot, OFF],
  ];
  const right = half.slice(1);
  return [...right.map(([x, y, z]): Spot => [-x, y, z]).reverse(), ...half];
}

/** The line where hair ends on the face, from the right ear over the forehead to the left ear. */
export function hairline({ identity }: Scene, front: number, temple: number, foot = 2): Spot[] {
  const { width } = identity.head;
  const half: Spot[] = [
    [0, front],
    [width * 0.45, front + 0.4],
    [width * 0.74, temple],
    [width * 0.88, temple + 8],
    [width * 0.93, foot - 5],
    [width * 1.01, foot],
  ];
  const right = half.slice(1);
  return [...[...right].reverse(), ...half.slice(0, 1), ...right.map(([x, y]): Spot => [-x, y])];
}

/** Hair between a contour and a hairline. */
export function cap({ head }: Scene, outer: readonly Spot[], inner: readonly Spot[]): Path {
  return head.path([outer, inner], true);
}

export function tones(scene: Scene): { readonly base: Colour; readonly dark: Colour; readonly light: Colour } {
  const base = scene.identity.hair.colour;
  return { base, dark: mix(base, BLACK, 0.42), light: mix(base, WHITE, 0.22) };
}

/** Paint for a mass of hair: lighter where the crown catches the light. */
export function gloss(scene: Scene): string {
  const { base, dark, light } = tones(scene);
  const { side } = scene.capture.light;
  return scene.sheet.radial(
    [
      [0, mix(base, light, 0.6)],
      [0.45, base],
      [1, mix(base, dark, 0.75)],
    ],
    [0.5 + side * 0.25, 0.22],
    0.8,
  );
}

/** The spot at a share of a polyline's length in points. */
export function along(line: readonly Spot[], share: number): Spot {
  const place = share * (line.length - 1);
  const index = Math.min(line.length - 2, Math.floor(place));
  const [one, other] = [line[index] ?? [0, 0], line[index + 1] ?? [0, 0]];
  const part = place - index;
  return [lerp(one[0], other[0], part), lerp(one[1], other[1], part), lerp(one[2] ?? OFF, other[2] ?? OFF, part)];
}

/** Fine strands from one line to another, bowed outward, some dark and some that catch the light. */
export function strands(scene: Scene, from: readonly Spot[], to: readonly Spot[], count: number, bow = 0.1): void {
  const { sheet, head, detail } = scene;
  const { dark, light } = tones(scene);
  for (let strand = 0; strand < count; strand += 1) {
    const share = (strand + detail.uniform()) / count;
    const [x0, y0, z0 = OFF] = along(from, share);
    const [x1, y1, z1 = OFF] = along(to, Math.max(0, Math.min(1, share + detail.between(-0.03, 0.03))));
    const middle: Spot = [
      (x0 + x1) / 2 + (x0 + x1) * bow * 0.5,
      (y0 + y1) / 2 - Math.abs(x1 - x0) * bow,
      (z0 + z1) / 2,
    ];
    const line = head.line([[x0, y0, z0], middle, [x1, y1, z1]]);
    const colour = detail.chance(0.55) ? light : dark;
    sheet.stroke(line, colour, detail.between(0.35, 0.9), { opacity: detail.between(0.15, 0.4) });
  }
}

/** Places on an arc over the head, from one side to the other. */
export function ring(across: number, up: number, count: number, y: number, turn: number): Spot[] {
  return Array.from({ length: count }, (_, index): Spot => {
    const angle = (0.5 + (index / (count - 1) - 0.5) * turn) * Math.PI;
    return [-Math.cos(angle) * across, y - Math.sin(angle) * up];
  });
}

/** A heap of curls about the places given. */
export function curls(scene: Scene, places: readonly Spot[], size: number): void {
  const { sheet, head, detail } = scene;
  const { base, dark, light } = tones(scene);
  for (const [x, y, z = OFF] of places) {
    const radius = size * detail.between(0.8, 1.2);
    const centre = head.at([x + detail.between(-1, 1), y + detail.between(-1, 1), z]);
    const body = mix(base, detail.chance(0.5) ? dark : light, detail.between(0, 0.3));
    sheet.ellipse(
      centre,
      [radius, radius],
      sheet.radial(
        [
          [0, body],
          [0.7, mix(body, dark, 0.35)],
          [1, mix(body, dark, 0.8)],
        ],
        [0.42, 0.36],
        0.62,
      ),
    );
    const ring = head.line([
      [x - radius * 0.5, y, z],
      [x - radius * 0.1, y - radius * 0.55, z],
      [x + radius * 0.5, y - radius * 0.15, z],
    ]);
    sheet.stroke(ring, light, 0.5, { opacity: 0.35 });
  }
}

/** The shade that hair casts on the skin below its edge. */
export function castShade({ sheet, head, identity }: Scene, edge: readonly Spot[], outline: Path): void {
  sheet.within(outline, () => {
    sheet.stroke(head.line(edge), identity.skin.deep, 3.4, { opacity: 0.45, blur: 1.5 });
  });
}
