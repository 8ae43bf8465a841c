/**
 * 3x3 convolutions with fewer products: F(2x2, 3x3) of Lavin and Gray 2016 ("Fast Algorithms for Convolutional Neural Networks").
 * A tile of 2x2 results is made of the 4x4 pixels around it: these and the filter are transformed, multiplied, and the products
 * transformed back, y = A' ((G g G') * (B' d B)) A; 16 products instead of 36. All tiles together, each of the 16 products is a 1x1
 * convolution, and the transforms are sums of two to four pixels, which depthwise convolutions with that many taps are.
 */
import { identity, side } from '../layout.ts';
import { int, ints } from '../lowering.ts';
import type { OnnxNode } from '../lowering.ts';
import type { Maps } from './maps.ts';

/** Fewer channels than this: the transforms cost what the products save. */
const CHANNELS = 64;
/** Numbers of a map beyond which the transforms, four times as large, leave the processor's caches. */
const LARGEST = 2 ** 21;

/** A row of B': which pixels of four, with which signs. `from` counts from the pixel before the tile. */
const PIXELS = [
  { from: 0, apart: 2, signs: [1, -1] },
  { from: 1, apart: 1, signs: [1, 1] },
  { from: 1, apart: 1, signs: [-1, 1] },
  { from: 1, apart: 2, signs: [1, -1] },
] as const;

/** G, its last row negative: so the last product is added where A' subtracts it. */
const FILTER = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, -1],
] as const;

const FOUR = [0, 1, 2, 3] as const;

/** Replaces every convolution that gets faster by it. */
export function fewerProducts(maps: Maps): void {
  maps.onnx.rewrite((node) => (isWorthIt(node) ? winograd(maps, node) : null));
}

function isWorthIt({ window, attributes }: OnnxNode): boolean {
  if (!window || attributes['group'] !== undefined) return false;
  const [out, into, rows, columns] = window.filter;
  const values = (name: string): string => {
    const list = attributes[name];
    return list?.kind === 'ints' ? list.value.join() : '';
  };
  if (rows !== 3 || columns !== 3 || values('pads') !== '1,1,1,1' || values('strides') !== '1,1') return false;
  const size = window.map.reduce((product, length) => product * length, 1);
  return Math.min(out ?? 0, into ?? 0) >= CHANNELS && size <= LARGEST;
}

function winograd(maps: Maps, { inputs, window = { map: [], filter: [] } }: OnnxNode): string {
  const { onnx, block } = maps;
  const [map = '', filter = '', bias = '', sum = ''] = inputs;
  const [batch, , height, width] = [0, 1, 2, 3].map((axis) => side(window.map, axis)) as [
    number,
    number,
    number,
    number,
  ];
  const [out, into] = [side(window.filter, 0), side(window.filter, 1)];
  const filters = transformedFilters(maps, filter, out, into);
  /** Of row a and column b of the 4x4: its product, plus a map. Products of (1, 1) go into all results: the bias does, too. */
  const product = (a: number, b: number, plus = ''): string => {
    const operands = [transformedPixels(maps, map, window.map, a, b), filters[4 * a + b] ?? ''];
    const shift = a === 1 && b === 1 ? bias : '';
    const rest = plus !== '' ? [shift, plus] : shift !== '' ? [shift] : [];
    return maps.nchwc('Conv', [...operands, ...rest], { kernel_shape: ints([1, 1]) });
  };
  const add = (x: string, y: string): string => onnx.op('Add', [x, y]);
  const subtract = (x: string, y: string): string => onnx.op('Sub', [x, y]);

  // A' M A, A' = [1 1 1 0; 0 1 -1 -1]: first down the columns, where row 0 and row 3 join as they are multiplied.
  const columns = FOUR.map((b) => {
    const [one, two] = [product(1, b), product(2, b)];
    return [add(one, two), subtract(one, two)] as const;
  });
  const tiles = [Math.ceil(height / 2), Math.ceil(width / 2)] as const;
  const rows = ([0, 1] as const).map((which) => {
    const partial = (b: number): string => columns[b]?.[which] ?? '';
    const outer = which === 0 ? 0 : 3;
    const [one, two] = [product(outer, 1, partial(1)), product(outer, 2, partial(2))];
    const even = product(outer, 0, add(add(one, two), partial(0)));
    const odd = product(outer, 3, add(subtract(one, two), partial(3)));
    return interleaved(maps, [even, odd], [batch * (out / block) * tiles[0] * tiles[1], block]);
  });
  const strips = [batch * (out / block) * tiles[0], 2 * tiles[1] * block] as const;
  const whole = interleaved(maps, rows, strips);
  const shape = [batch, out, height, width];
  const result = cropped(maps, whole, shape, tiles);
  return sum === '' ? result : onnx.op('Add', [result, sum]);
}

/** B' d B of all tiles, one of its 16 numbers. @param shape NCHW. */
function transformedPixels(maps: Maps, map: string, shape: readonly number[], a: number, b: number): string {
  const [down, across] = [PIXELS[a], PIXELS[b]];
  if (!down || !across) throw new Error('a tile has four rows and columns');
  const [channels, height, width] = [side(shape, 1), side(shape, 2), side(shape, 3)];
  const taps = down.signs.flatMap((first) => across.signs.map((second) => first * second));
  const filter = maps.onnx.shared(`taps ${taps.join()} ${channels} times`, () => ({
    dtype: 'float32',
    shape: [channels, 1, 2, 2],
    data: Float32Array.from({ length: 4 * channels }, (_, place) => taps[Math.floor(place / maps.block) % 4] ?? 0),
  }));
  /** Zeros before the first pixel and behind the last that the last tile reads. */
  const [top, left] = [1 - down.from, 1 - across.from];
  const behind = ({ from, apart }: (typeof PIXELS)[number], length: number): number =>
    2 * (Math.ceil(length / 2) - 1) + from - 1 + apart - (length - 1);
  return maps.nchwc('Conv', [map, filter], {
    group: int(channels),
    kernel_shape: ints([2, 2]),
    dilations: ints([down.apart, across.apart]),
    strides: ints([2, 2]),
    pads: ints([top, left, Math.max(0, behind(down, height)), Math.max(0, behind(across, width))]),
  });
}

/** G g G' of a blocked filter: 16 blocked 1x1 filters. */
function transformedFilters({ onnx, block }: Maps, filter: string, out: number, into: number): readonly string[] {
  const matrix = onnx.constant({
    dtype: 'float32',
    shape: [16, 9],
    data: Float32Array.from(FILTER.flatMap((a) => FILTER.flatMap((b) => a.flatMap((x) => b.map((y) => x * y))))),
  });
  const tiles = (out / block) * (into / block);
  const taps = onnx.reshape(filter, [tiles, 9, block * block]);
  const transformed = onnx.op('MatMul', [matrix, taps]);
  return onnx
    .ops('Split', [transformed], 16, { axis: int(1), num_outputs: int(16) })
    .map((part) => onnx.reshape(part, [out, into, 1, 1]));
}

/** Two maps' pieces in turns. @param pieces how many, and of how many numbers. */
function interleaved({ onnx }: Maps, maps: readonly string[], [count, length]: readonly [number, number]): string {
  const parts = maps.map((name) => onnx.reshape(name, [count, 1, length]));
  return onnx.op('Concat', parts, { axis: int(1) });
}

/** Whole tiles, cut to a map whose sides may be odd. @param shape NCHW. */
function cropped(
  { onnx, block }: Maps,
  name: string,
  shape: readonly number[],
  [down, across]: readonly [number, number],
): string {
  const [batch, channels, height, width] = identity(4).map((axis) => side(shape, axis)) as [
    number,
    number,
    number,
    number,
  ];
  if (2 * down === height && 2 * across === width) return onnx.reshape(name, shape);
  const rows = onnx.reshape(name, [batch * (channels / block), 2 * down, 2 * across * block]);
  return onnx.reshape(onnx.slice(rows, [1, 2], [0, 0], [height, width * block]), shape);
}
