/** Head, ears and neck: the skin and how light falls on it. */
import { css, mix, WHITE } from '../colour.ts';
import type { Spot } from '../head.ts';
import { bothSides, type Scene, SIDES } from '../scene.ts';
import type { Path, Point } from '../sheet.ts';

/** How far the jaw's drop moves a point of the face at height `y`. */
export function jawShift(y: number, jaw: number): number {
  return jaw * 0.62 * Math.max(0, Math.min(1, (y - 6) / 32));
}

/** The outline of the head, from the crown round; the jaw drops with unit 26. */
export function headOutline({ head, identity, form }: Scene): Path {
  const { width, cheek, jaw, chin, length } = identity.head;
  const half: Spot[] = [
    [0, -41],
    [width * 0.55, -38],
    [width * 0.9, -26],
    [width, -10],
    [width * 0.985, 4],
    [cheek * 0.965, 14],
    [jaw, 26],
    [(jaw + chin) * 0.53, 35.5],
    [chin * 0.78, length - 1.6],
    [0, length],
  ];
  return head.loop(bothSides(half).map(([x, y]): Spot => [x, y + jawShift(y, form.jaw)]));
}

/** Neck and its shadow; the shoulders of the clothes cover its foot. */
export function drawNeck({ sheet, head, identity, form }: Scene): void {
  const { skin, feminine } = identity;
  const half = 15.5 - feminine * 3;
  const [x] = head.at([0, 30, 0]);
  const column: Point[] = [
    [x - half, 66],
    [x - half, 88],
    [x - half - 5, 104],
    [x + half + 5, 104],
    [x + half, 88],
    [x + half, 66],
  ];
  const neck: Path = {
    d: `M${column.map(([across, down]) => `${across.toFixed(2)} ${down}`).join('L')}Z`,
    box: [x - half - 5, 66, x + half + 5, 104],
  };
  sheet.fill(neck, mix(skin.base, skin.shade, 0.55));
  const chin = head.at([0, identity.head.length + jawShift(40, form.jaw)]);
  sheet.glow([chin[0], chin[1] + 1], [half * 1.7, 10], skin.deep, 0.75);
}

/** Ears; the head and the hair cover what they cover. */
export function drawEars({ sheet, head, identity, capture }: Scene): void {
  const { skin, head: shape } = identity;
  for (const side of SIDES) {
    const lit = capture.light.side * side;
    const at = (x: number, y: number): Spot => [side * (shape.width + x * shape.ear), 5 + y * shape.ear, -3];
    const ear = head.loop([at(-3, -8), at(2.4, -9), at(4.6, -5), at(3.6, 2), at(1.8, 7.5), at(-1.5, 8.5), at(-4, 4)]);
    sheet.fill(ear, lit > 0 ? mix(skin.base, skin.blush, 0.25) : mix(skin.base, skin.shade, 0.5));
    const rim = head.line([at(0, -6), at(2.6, -6), at(3, -2), at(1.6, 2.5)]);
    sheet.stroke(rim, skin.deep, 0.9, { opacity: 0.35, blur: 0.3 });
    sheet.stroke(head.line([at(0.3, -2.5), at(1.2, 0.5), at(0, 3.5)]), skin.deep, 1.6, { opacity: 0.3, blur: 0.6 });
    if (identity.earring && Math.abs(capture.yaw) < 14) {
      const [x, y] = head.at(at(1, 9.6));
      sheet.ellipse([x, y], [1.1, 1.3], mix([214, 178, 96], WHITE, 0.2));
      sheet.ellipse([x - 0.3, y - 0.4], [0.4, 0.4], css(WHITE), 0.9);
    }
  }
}

/** The head's skin with its light and shade, without features. */
export function drawSkin(scene: Scene, outline: Path): void {
  const { sheet, head, identity, form, capture, detail } = scene;
  const { skin, age, feminine } = identity;
  const { side, hard } = capture.light;
  const paint = sheet.radial(
    [
      [0, mix(skin.base, skin.light, 0.45)],
      [0.5, skin.base],
      [1, mix(skin.base, skin.shade, 0.7)],
    ],
    [0.5 + side * 0.17, 0.38],
    0.72,
  );
  sheet.fill(outline, paint);
  sheet.within(outline, () => {
    const spot = (at: Spot, size: Point, colour: typeof skin.base, opacity: number) =>
      sheet.glow(head.at(at), size, colour, opacity);
    // The side away from the light, and the turn of the cheeks into depth.
    const away = side < 0 ? 1 : -1;
    const edge: Spot[] = [
      [away * 16, -46],
      [away * 17, -22],
      [away * 19, -4],
      [away * 14, 12],
      [away * 17, 24],
      [away * 8, 50],
    ];
    const dark = head.path(
      [
        edge,
        [
          [away * 60, 50, 0],
          [away * 60, -46, 0],
        ],
      ],
      true,
    );
    sheet.fill(dark, skin.shade, { opacity: (0.2 + 0.5 * hard) * (0.35 + 0.65 * Math.abs(side)), blur: 3.2 - hard });
    sheet.stroke(outline, skin.shade, 7, { opacity: 0.45, blur: 2.6 });
    // Planes: forehead, temples, cheekbones, hollows, chin.
    spot([side * 9, -23], [17, 11], skin.light, 0.4 + 0.2 * hard);
    const cheekRise = form.cheek * 1.8;
    for (const half of SIDES) {
      const lit = 0.65 + 0.35 * side * half;
      spot([half * 25, -14], [8, 13], skin.shade, 0.3);
      spot([half * 17.5, 13 - cheekRise], [9, 6.5], skin.blush, 0.22 + 0.2 * form.cheek + 0.1 * feminine);
      spot([half * 16, 9.5 - cheekRise], [8.5, 5.2], skin.light, lit * (0.42 + 0.3 * form.cheek));
      spot([half * 21, 23], [7, 9], skin.shade, 0.22 + 0.12 * age);
      if (form.cheek > 0.15) {
        const below: Spot[] = [
          [half * 9, 15],
          [half * 15, 17.5 - cheekRise * 0.4],
          [half * 22, 14 - cheekRise],
        ];
        sheet.stroke(head.line(below), skin.shade, 2, { opacity: 0.3 * form.cheek, blur: 1.2 });
      }
    }
    const chin = jawShift(38, form.jaw);
    spot([side * 2, 38.5 + chin], [7, 4.5], skin.light, 0.4);
    spot([0, identity.head.length + chin + 1], [16, 5], skin.shade, 0.5);
    for (let mark = 0; mark < identity.freckles * 36; mark += 1) {
      const across = detail.between(3, 21) * (detail.chance(0.5) ? 1 : -1);
      sheet.ellipse(head.at([across, detail.between(4, 15)]), [0.35, 0.32], mix(skin.base, skin.shade, 0.85), 0.4);
    }
  });
}
