/**
 * The gradient of a convolution by its filter, as a convolution itself. The sum over samples and pixels is the sum that a
 * convolution takes over channels and window: so (sample, chunk of rows, column) become the channels, (row, input
 * channel) the picture, and the output's gradient a filter as tall as a chunk. Each filter column is one convolution, with
 * the gradient shifted by that column; the filter's rows are the rows of its result.
 */
import type { Node } from '../graph.ts';
import { side } from '../layout.ts';
import { int, ints } from '../lowering.ts';
import { filterPacking } from '../packing.ts';
import { input } from '../rules/rule.ts';
import type { Maps } from './maps.ts';
import type { Forms, Storage } from './storage.ts';

/** What the index tables depend on. */
interface Geometry {
  readonly batch: number;
  readonly into: number;
  readonly out: number;
  /** Rows and columns of the input and of the gradient. */
  readonly large: readonly [number, number];
  readonly small: readonly [number, number];
  readonly window: readonly [number, number];
  readonly stride: number;
  readonly pad: number;
  /** Rows of the gradient that lie in one filter. */
  readonly chunk: number;
  /** Columns that become channels: enough for every place that a filter column meets. */
  readonly across: number;
  readonly block: number;
}

/** Tall filters read the input fewer times, short ones leave more of it in the cache: measured from 7 to 112 rows. */
const chunkOf = (rows: number): number => (rows % 28 === 0 && rows > 28 && rows < 112 ? 28 : Math.min(rows, 14));

export function filterGradient(at: Storage, maps: Maps, node: Node<'Conv2DBackpropFilter'>): readonly Forms[] | null {
  const [x, dy, dw] = [input(node.inputs, 0), input(node.inputs, 1), input(node.outputs, 0)];
  const { strides, pad } = node.attrs;
  const [rows, columns] = [side(dw.shape, 0), side(dw.shape, 1)];
  if (strides[0] !== strides[1] || !maps.fit(x.shape) || !maps.fit(dy.shape) || rows * columns === 1) return null;
  const geometry: Geometry = {
    batch: side(x.shape, 0),
    into: side(x.shape, 3),
    out: side(dy.shape, 3),
    large: [side(x.shape, 1), side(x.shape, 2)],
    small: [side(dy.shape, 1), side(dy.shape, 2)],
    window: [rows, columns],
    stride: strides[0],
    pad,
    chunk: chunkOf(side(dy.shape, 1)),
    across: Math.max(side(dy.shape, 2), Math.ceil(side(x.shape, 2) / strides[0])),
    block: maps.block,
  };
  const name = columnByColumn(maps, at.map(x), at.map(dy), geometry);
  const packing = filterPacking(dw.shape, maps.block);
  return [{ packed: { name, shape: dw.shape, dtype: 'float32', packing } }];
}

function columnByColumn(maps: Maps, x: string, dy: string, g: Geometry): string {
  const { onnx, block } = maps;
  const [rows, columns] = g.window;
  const blocks = { into: g.into / block, out: g.out / block };
  const pictures = withZeroRow(maps, x, g.batch * blocks.into * g.large[0] * g.large[1]);
  const filters = withZeroRow(maps, dy, g.batch * blocks.out * g.small[0] * g.small[1]);
  const results = Array.from({ length: columns }, (_, column) => {
    // Input column j * stride + column - pad is the phase-th of those that `shift` places further right meet.
    const shift = Math.floor((column - g.pad) / g.stride);
    const phase = column - g.pad - shift * g.stride;
    const operands = [picture(maps, pictures, g, phase), filter(maps, filters, g, shift)];
    const attrs = { kernel_shape: ints([g.chunk, 1]), dilations: ints([g.stride, 1]) };
    return onnx.reshape(maps.nchwc('Conv', operands, attrs), [blocks.out, rows, 1, blocks.into, block * block]);
  });
  const joined = results.length === 1 ? results.join() : onnx.op('Concat', results, { axis: int(2) });
  const arranged = onnx.op('Transpose', [joined], { perm: ints([0, 3, 1, 2, 4]) });
  return onnx.reshape(arranged, [g.out, g.into, rows, columns]);
}

/** A blocked map as rows of one block of channels each, and one of zeros, for places outside. */
function withZeroRow({ onnx, block }: Maps, map: string, count: number): string {
  const zeros = onnx.constant({ dtype: 'float32', shape: [1, block], data: new Float32Array(block) });
  return onnx.op('Concat', [onnx.reshape(map, [count, block]), zeros], { axis: int(0) });
}

/** The chunks of rows of a map, and its channels: (sample, chunk, column) filled up to whole blocks. */
function lanes(g: Geometry): { chunks: number; count: number } {
  const chunks = Math.ceil(g.small[0] / g.chunk);
  return { chunks, count: Math.ceil((g.batch * chunks * g.across) / g.block) * g.block };
}

/** The picture: [1, lanes, rows that a chunk meets, input channels]. */
function picture(maps: Maps, source: string, g: Geometry, phase: number): string {
  const { onnx, block } = maps;
  const { chunks, count } = lanes(g);
  const [height, width] = g.large;
  const met = g.stride * (g.chunk - 1) + g.window[0];
  const blocks = g.into / block;
  const zero = g.batch * blocks * height * width;
  const index = onnx.shared(`picture ${JSON.stringify([g, phase])}`, () => {
    const data = new Int32Array(count * met * blocks);
    let place = 0;
    for (let first = 0; first < count; first += block) {
      for (let line = 0; line < met; line += 1) {
        for (let c = 0; c < blocks; c += 1) {
          for (let lane = first; lane < first + block; lane += 1) {
            const { sample, chunk, column } = laneOf(g, chunks, lane);
            const row = chunk * g.chunk * g.stride + line - g.pad;
            const from = column * g.stride + phase;
            const inside = sample < g.batch && row >= 0 && row < height && from < width;
            data[place++] = inside ? ((sample * blocks + c) * height + row) * width + from : zero;
          }
        }
      }
    }
    return { dtype: 'int32', shape: [data.length], data };
  });
  const tiles = onnx.reshape(onnx.op('Gather', [source, index]), [(count / block) * met * blocks, block, block, 1]);
  return onnx.reshape(maps.nchwc('ReorderInput', [tiles]), [1, count, met, g.into]);
}

/** The gradient as a filter: [output channels, lanes, chunk, 1], shifted by whole columns. */
function filter(maps: Maps, source: string, g: Geometry, shift: number): string {
  const { onnx, block } = maps;
  const { chunks, count } = lanes(g);
  const [height, width] = g.small;
  const blocks = g.out / block;
  const zero = g.batch * blocks * height * width;
  const index = onnx.shared(`filter ${JSON.stringify([g, shift])}`, () => {
    const data = new Int32Array(blocks * count * g.chunk);
    let place = 0;
    for (let c = 0; c < blocks; c += 1) {
      for (let first = 0; first < count; first += block) {
        for (let line = 0; line < g.chunk; line += 1) {
          for (let lane = first; lane < first + block; lane += 1) {
            const { sample, chunk, column } = laneOf(g, chunks, lane);
            const [row, from] = [chunk * g.chunk + line, column - shift];
            const inside = sample < g.batch && row < height && from >= 0 && from < width;
            data[place++] = inside ? ((sample * blocks + c) * height + row) * width + from : zero;
          }
        }
      }
    }
    return { dtype: 'int32', shape: [data.length], data };
  });
  return onnx.reshape(onnx.op('Gather', [source, index]), [g.out, count, g.chunk, 1]);
}

function laneOf(g: Geometry, chunks: number, lane: number): { sample: number; chunk: number; column: number } {
  const column = lane % g.across;
  const strip = (lane - column) / g.across;
  return { sample: Math.floor(strip / chunks), chunk: strip % chunks, column };
}
