import { BLACK, mix, WHITE } from '../colour.ts';
import type { Scene } from '../scene.ts';
import { type Point, smooth } from '../sheet.ts';

/** Shoulders and collar: they stay where they are while the head turns. */
export function drawClothes({ sheet, head, identity, capture }: Scene): void {
  const { colour, collar } = identity.clothes;
  const [x] = head.at([0, 30, 0]);
  const broad = 1 - identity.feminine * 0.12;
  const neck = 13.5;
  const dip = collar === 'vee' ? 108 : collar === 'high' ? 90 : 98;
  const left: Point[] = [
    [-30, 130],
    [x - 58 * broad, 105],
    [x - 36 * broad, 96],
    [x - neck - 3, 90],
  ];
  const line: Point[] =
    collar === 'vee'
      ? [
          [x - neck - 3, 90],
          [x, dip],
          [x + neck + 3, 90],
        ]
      : [
          [x - neck - 3, 90],
          [x - 8, dip - 1.5],
          [x, dip],
          [x + 8, dip - 1.5],
          [x + neck + 3, 90],
        ];
  const right: Point[] = [
    [x + neck + 3, 90],
    [x + 36 * broad, 96],
    [x + 58 * broad, 105],
    [130, 130],
  ];
  const shape = smooth([left, line, right], true);
  const lit = mix(colour, WHITE, 0.14);
  const shade = mix(colour, BLACK, 0.4);
  const bright = capture.light.side > 0;
  sheet.fill(
    shape,
    sheet.linear(
      [
        [0, bright ? shade : lit],
        [0.5, colour],
        [1, bright ? lit : shade],
      ],
      [0, 0.3],
      [1, 0.7],
    ),
  );
  sheet.stroke(smooth([line]), mix(colour, BLACK, 0.35), collar === 'crew' ? 1.6 : 0.9, { opacity: 0.7 });
  if (collar === 'shirt' || collar === 'polo') {
    const flap = mix(colour, collar === 'shirt' ? WHITE : BLACK, 0.3);
    for (const side of [-1, 1]) {
      const tip: Point[] = [
        [x + side * (neck + 4), 87],
        [x + side * 14, 101],
        [x + side * 3, 103],
        [x + side * 8, 97],
        [x + side * (neck + 1), 90],
      ];
      sheet.fill(
        smooth(
          tip.map((point) => [point]),
          true,
        ),
        flap,
      );
      sheet.stroke(smooth(tip.slice(0, 3).map((point) => [point])), mix(flap, BLACK, 0.35), 0.5, { opacity: 0.6 });
    }
  }
}
