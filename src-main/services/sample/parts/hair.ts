/** Hair styles: what lies on the head and before it. */
import { BLACK, mix, WHITE } from '../colour.ts';
import type { Spot } from '../head.ts';
import type { HairStyle } from '../identity.ts';
import { mirror, type Scene, SIDES } from '../scene.ts';
import type { Path } from '../sheet.ts';
import { along, cap, castShade, contour, curls, gloss, hairline, ring, strands, tones } from './hair-cut.ts';

/** Hair on the head and about the face. */
export function drawHair(scene: Scene, outline: Path): void {
  STYLES[scene.identity.hair.style](scene, outline);
}

type Style = (scene: Scene, outline: Path) => void;

/** A cap of combed hair: the plain short styles differ in height, hairline and edge. */
function combed(off: number, front: number, temple: number, opacity = 1): Style {
  return (scene, outline) => {
    const outer = contour(scene, off * scene.identity.hair.volume);
    const inner = hairline(scene, front, temple);
    castShade(scene, inner, outline);
    const shape = cap(scene, outer, inner);
    scene.sheet.fill(shape, gloss(scene), { opacity, blur: 0.25 });
    scene.sheet.within(shape, () => {
      strands(scene, [...outer].reverse(), inner, 44, 0.04);
    });
  };
}

/** Hair swept to one side from a parting, with a lifted front where `lift` is given. */
function swept(lift: number): Style {
  return (scene, outline) => {
    const { sheet, head, identity } = scene;
    const { width } = identity.head;
    const { side, volume } = identity.hair;
    const outer = contour(scene, (2.2 + lift) * volume);
    const inner: Spot[] = [
      [width * 0.93, 2],
      [width * 0.87, -10],
      [width * 0.76, -20],
      [width * 0.5, -26],
      [width * 0.1, -24 + lift * 0.2],
      [-width * 0.35, -21],
      [-width * 0.7, -17],
      [-width * 0.88, -8],
      [-width * 0.93, 2],
    ];
    const edge = side > 0 ? inner : mirror(inner).reverse();
    castShade(scene, edge, outline);
    const shape = cap(scene, outer, edge);
    sheet.fill(shape, gloss(scene), { blur: 0.2 });
    sheet.within(shape, () => {
      const root: Spot[] = [
        [side * width * 0.62, -24],
        [side * width * 0.5, -33],
        [side * width * 0.42, -39],
      ];
      const tips: Spot[] = [
        [-side * width * 0.8, -14],
        [-side * (width + 2), -20, 7],
        [-side * width * 0.75, -38, 7],
      ];
      strands(scene, root, tips, 34, 0.16);
      strands(
        scene,
        [
          [side * width * 0.62, -30],
          [side * width * 0.6, -36],
        ],
        [
          [side * width * 0.95, 0],
          [side * width, -12, 7],
        ],
        12,
        0.05,
      );
      sheet.stroke(head.line(root), tones(scene).dark, 0.9, { opacity: 0.5 });
    });
  };
}

/** Long hair that falls on both sides of a parting. */
function falling(foot: number, wave: number): Style {
  return (scene, outline) => {
    const { sheet, head, identity } = scene;
    const { width } = identity.head;
    const { side, volume } = identity.hair;
    const parting = side * 6;
    const out = width + 4.5 * volume;
    for (const half of SIDES) {
      const outer: Spot[] = [
        [parting, -43 - 1.6 * volume, 7],
        [half * width * 0.62, -40.5 - volume, 7],
        [half * (width + 1), -26, 7],
        [half * out, -6, 5],
        [half * (out + wave), 14, 4],
        [half * (out + 1 - wave), 30, 4],
        [half * (out + 1 + wave), foot, 4],
      ];
      const inner: Spot[] = [
        [half * (width - 3 + wave), foot + 1, 4],
        [half * (width - 1.5 - wave), 30, 5],
        [half * (width - 2.2 + wave * 0.6), 14, 6],
        [half * width * 0.92, 0],
        [half * width * 0.82, -13],
        [half * width * 0.5, -24.5],
        [parting, -31],
      ];
      castShade(scene, inner.slice(2), outline);
      const shape = head.path([outer, inner], true);
      sheet.fill(shape, gloss(scene), { blur: 0.2 });
      sheet.within(shape, () => {
        strands(
          scene,
          [
            [parting, -32],
            [parting, -43, 7],
          ],
          [
            [half * (width - 1), 26],
            [half * (out + 1), 26, 4],
          ],
          22,
          0.34,
        );
        if (foot > 30)
          strands(
            scene,
            [
              [half * (width - 3), 14],
              [half * out, 10, 4],
            ],
            [
              [half * (width - 2), foot],
              [half * (out + 1), foot, 4],
            ],
            12,
            0,
          );
      });
      sheet.stroke(
        head.line([
          [parting, -42, 7],
          [parting, -31],
        ]),
        tones(scene).dark,
        0.8,
        { opacity: 0.5 },
      );
    }
  };
}

const fringe: Style = (scene, outline) => {
  const { sheet, head, identity } = scene;
  const { width } = identity.head;
  falling(36, 0)(scene, outline);
  const edge: Spot[] = [
    [width * 0.9, -8],
    [width * 0.7, -17.5],
    [width * 0.3, -19],
    [-width * 0.3, -19],
    [-width * 0.7, -17.5],
    [-width * 0.9, -8],
  ];
  castShade(scene, edge, outline);
  const crown: Spot[] = [
    [-width * 0.95, -20, 7],
    [-width * 0.6, -38, 7],
    [0, -43, 7],
    [width * 0.6, -38, 7],
    [width * 0.95, -20, 7],
  ];
  const shape = head.path([crown, edge], true);
  sheet.fill(shape, gloss(scene), { blur: 0.2 });
  sheet.within(shape, () =>
    strands(
      scene,
      [
        [-width * 0.5, -42, 7],
        [width * 0.5, -42, 7],
      ],
      [
        [-width * 0.9, -12],
        [width * 0.9, -12],
      ],
      46,
      0.05,
    ),
  );
};

/** Curls over the crown; `size` is that of one curl. */
function curly(off: number, size: number, rows: number): Style {
  return (scene, outline) => {
    const { identity, sheet } = scene;
    const { width } = identity.head;
    const inner = hairline(scene, -24, -19, -4);
    castShade(scene, inner, outline);
    sheet.fill(cap(scene, contour(scene, off * identity.hair.volume, -4), inner), tones(scene).dark, { blur: 0.3 });
    for (let row = 0; row < rows; row += 1) {
      const shrink = 1 - row / (rows + 1.2);
      const across = width * 0.52 + (width * 0.46 + off * 0.7) * shrink;
      curls(scene, ring(across, 15 + (13 + off) * shrink, 17 - row * 2, -15, 1.08 - row * 0.06), size);
    }
    // Smaller ones down to the hairline, the lowest last, so that no bare edge shows.
    for (const [up, count] of [
      [8, 11],
      [4, 16],
      [1, 21],
    ] as const) {
      const row = Array.from({ length: count }, (_, index): Spot => along(inner, 0.1 + (index / (count - 1)) * 0.8));
      curls(
        scene,
        row.map(([x, y, z]): Spot => [x * (1.02 - up * 0.008), y - up, z]),
        size * 0.8,
      );
    }
  };
}

const bald: Style = (scene, outline) => {
  const { sheet, head, identity, capture } = scene;
  const { width } = identity.head;
  sheet.within(outline, () => {
    for (const side of SIDES) {
      const patch: Spot[] = [
        [side * (width + 2), 3, 5],
        [side * (width + 2), -20, 5],
        [side * width * 0.9, -22],
        [side * width * 0.91, -10],
        [side * width * 0.96, 2],
      ];
      if (identity.age > 0.4) sheet.fill(head.loop(patch), identity.hair.colour, { opacity: 0.6, blur: 1.1 });
    }
    sheet.glow(head.at([capture.light.side * 11, -31]), [13, 6], mix(identity.skin.light, WHITE, 0.5), 0.6);
  });
};

const receding: Style = (scene, outline) => {
  const { width } = scene.identity.head;
  const inner: Spot[] = [
    [width * 0.93, 2],
    [width * 0.9, -10],
    [width * 0.84, -22],
    [width * 0.55, -34],
    [width * 0.25, -31],
    [0, -30],
    [-width * 0.25, -31],
    [-width * 0.55, -34],
    [-width * 0.84, -22],
    [-width * 0.9, -10],
    [-width * 0.93, 2],
  ];
  const outer = contour(scene, 1.6);
  castShade(scene, inner, outline);
  const shape = cap(scene, outer, inner);
  scene.sheet.fill(shape, gloss(scene), { opacity: 0.93, blur: 0.5 });
  scene.sheet.within(shape, () => strands(scene, [...outer].reverse(), inner, 34, 0.02));
};

const bun: Style = (scene, outline) => {
  const inner = hairline(scene, -27, -21, -2);
  const outer = contour(scene, 1.6, -2);
  castShade(scene, inner, outline);
  const shape = cap(scene, outer, inner);
  scene.sheet.fill(shape, gloss(scene), { blur: 0.3 });
  scene.sheet.within(shape, () => {
    strands(
      scene,
      inner,
      [
        [8, -46, 7],
        [0, -48, 7],
        [-8, -46, 7],
      ],
      46,
      0.06,
    );
  });
};

const locs: Style = (scene, outline) => {
  const { sheet, head, identity, detail } = scene;
  const { width } = identity.head;
  combed(3, -27, -20)(scene, outline);
  const { base, dark, light } = tones(scene);
  for (let rope = 0; rope < 13; rope += 1) {
    const share = rope / 12 - 0.5;
    const foot: Spot = [share * 2 * width * 1.03, -25 + 24 * Math.abs(share * 2) ** 2.2, 12];
    const line = head.line([[share * 14, -43, 9], [share * width * 1.5, -38 + 10 * Math.abs(share), 10], foot]);
    sheet.stroke(line, mix(base, detail.chance(0.5) ? dark : light, 0.25), 3.2);
    sheet.stroke(line, dark, 0.5, { opacity: 0.6 });
  }
};

const headscarf: Style = (scene) => {
  const { sheet, head, identity, capture } = scene;
  const { width, length } = identity.head;
  const cloth = identity.clothes.scarf;
  const jaw = length + Math.max(0, scene.form.jaw) * 0.6;
  const outer: Spot[] = [
    [-width - 12, 80, 0],
    [-width - 5.5, 24, 2],
    [-width - 4, -8, 4],
    [-width * 0.86, -33, 7],
    [0, -46, 7],
    [width * 0.86, -33, 7],
    [width + 4, -8, 4],
    [width + 5.5, 24, 2],
    [width + 12, 80, 0],
  ];
  const opening: Spot[] = [
    [0, jaw + 0.5],
    [width * 0.42, jaw - 3],
    [width * 0.76, 27],
    [width * 0.92, 6],
    [width * 0.88, -12],
    [width * 0.6, -25],
    [0, -29.5],
  ];
  const inside = [...opening, ...mirror(opening).reverse().slice(1, -1)];
  const edge = head.loop(inside);
  const body = head.path([outer], true);
  const lit = mix(cloth, WHITE, 0.16);
  const shade = mix(cloth, BLACK, 0.42);
  const bright = capture.light.side > 0;
  sheet.stroke(edge, identity.skin.deep, 2.6, { opacity: 0.5, blur: 1.2 });
  const paint = sheet.linear(
    [
      [0, bright ? shade : lit],
      [0.5, cloth],
      [1, bright ? lit : shade],
    ],
    [0, 0.2],
    [1, 0.6],
  );
  sheet.fill({ d: `${body.d}${edge.d}`, box: body.box }, `${paint}" fill-rule="evenodd`);
  for (const side of SIDES) {
    for (const [index, shift] of [0, 3, 6].entries()) {
      const pleat: Spot[] = [
        [side * (6 + shift), -44 + index, 7],
        [side * (width * 0.86 + shift * 0.5), -22, 7],
        [side * (width + shift * 0.5), 12, 5],
        [side * (width * 0.55 + shift), 44, 6],
        [side * shift, 56, 6],
      ];
      sheet.stroke(head.line(pleat), index === 1 ? lit : shade, 1, { opacity: 0.35, blur: 0.4 });
    }
  }
  sheet.stroke(edge, mix(cloth, BLACK, 0.3), 0.8, { opacity: 0.6 });
};

const STYLES: Readonly<Record<HairStyle, Style>> = {
  bald,
  receding,
  buzz: combed(0.6, -26, -21, 0.82),
  crop: combed(3, -25, -19),
  part: swept(0.6),
  quiff: swept(4),
  curls: curly(3, 4.6, 3),
  afro: curly(6, 5.6, 3),
  bob: falling(34, 0),
  long: falling(78, 0),
  wavy: falling(78, 1.6),
  fringe,
  bun,
  locs,
  headscarf,
};
