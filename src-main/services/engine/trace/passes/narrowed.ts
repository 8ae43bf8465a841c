/**
 * What only a piece of is read is computed for that piece alone. The gradient by one of several maps that were joined is a piece of
 * the gradient by all of them: of the fused tokens' gradient, Grad-CAM reads a third.
 */
import { Value, withoutDeadCode } from '../graph.ts';
import type { Constant, Graph, GraphNode } from '../graph.ts';
import { inferred } from '../rules/index.ts';
import { isUnary } from './unary.ts';

/** A range of one dimension. */
interface Piece {
  readonly axis: number;
  readonly begin: number;
  readonly size: number;
}

/** What is read of a value: all of it, or a piece. */
type Demand = Piece | 'whole';

const same = (a: Demand, b: Demand): boolean =>
  a === b || (a !== 'whole' && b !== 'whole' && a.axis === b.axis && a.begin === b.begin && a.size === b.size);

/** It begins where a value was split and only one part is read, and goes back from there as far as a piece follows from a piece. */
export function narrowed(graph: Graph): Graph {
  const reader = new Narrowing(graph);
  return reader.narrows ? withoutDeadCode(reader.run()) : graph;
}

class Narrowing {
  readonly #graph: Graph;
  readonly #demands = new Map<Value, Demand>();
  readonly #constants: Map<Value, Constant>;
  readonly #nodes: GraphNode[] = [];
  /** By value and piece, what was computed for it. */
  readonly #pieces = new Map<Value, Map<string, Value>>();
  readonly narrows: boolean;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#constants = new Map(graph.constants);
    for (const { value } of graph.outputs) this.#demand(value, 'whole');
    let narrows = false;
    for (const node of graph.nodes.toReversed()) {
      narrows ||= this.#onlyPart(node) !== null;
      const wanted = this.#wanted(node);
      node.inputs.forEach((value, index) => this.#demand(value, wanted[index] ?? 'whole'));
    }
    this.narrows = narrows;
  }

  run(): Graph {
    for (const node of this.#graph.nodes) this.#rewrite(node);
    const outputs = this.#graph.outputs.map(({ name, value }) => ({ name, value: this.#read(value, 'whole') }));
    return { ...this.#graph, constants: this.#constants, nodes: this.#nodes, outputs };
  }

  #demand(value: Value, demand: Demand): void {
    const known = this.#demands.get(value);
    this.#demands.set(value, known === undefined || same(known, demand) ? demand : 'whole');
  }

  /** The one part of a split that is read, as a piece of what was split; null for all else. */
  #onlyPart(node: GraphNode): { readonly output: Value; readonly piece: Piece } | null {
    if (node.kernel !== 'SplitV') return null;
    const read = node.outputs.filter((output) => this.#demands.has(output));
    const [output] = read;
    if (!output || read.length !== 1 || node.outputs.length === 1) return null;
    const { axis, sizes } = node.attrs;
    const index = node.outputs.indexOf(output);
    const offset = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
    const demand = this.#demands.get(output) ?? 'whole';
    const whole = { axis, begin: offset, size: sizes[index] ?? 0 };
    const isAlong = demand !== 'whole' && demand.axis === axis;
    return { output, piece: isAlong ? { axis, begin: offset + demand.begin, size: demand.size } : whole };
  }

  /** What a node reads of its inputs. */
  #wanted(node: GraphNode): readonly Demand[] {
    const part = this.#onlyPart(node);
    if (part) return [part.piece];
    const [output] = node.outputs;
    const demand = output && this.#demands.get(output);
    if (!output || !demand || demand === 'whole') return node.inputs.map(() => 'whole');
    return piecesOf(node, output, demand) ?? node.inputs.map(() => 'whole');
  }

  #rewrite(node: GraphNode): void {
    const part = this.#onlyPart(node);
    if (part) {
      const [whole] = node.inputs;
      if (!whole) throw new Error('a split has nothing to split');
      const value = this.#read(whole, part.piece);
      const demand = this.#demands.get(part.output) ?? 'whole';
      const isAlong = demand !== 'whole' && demand.axis === part.piece.axis;
      this.#keep(part.output, isAlong ? demand : 'whole', value);
      return;
    }
    const [output] = node.outputs;
    const demand = output && this.#demands.get(output);
    const pieces = output && demand && demand !== 'whole' ? piecesOf(node, output, demand) : null;
    if (!output || !demand || demand === 'whole' || !pieces) {
      this.#nodes.push({ ...node, inputs: node.inputs.map((value) => this.#read(value, 'whole')) });
      return;
    }
    const inputs = node.inputs.map((value, index) => this.#read(value, pieces[index] ?? 'whole'));
    const narrow = shortened(node, demand);
    this.#keep(output, demand, this.#emit({ ...narrow, inputs }));
  }

  #emit(node: GraphNode): Value {
    const [shaped] = inferred(node);
    if (!shaped) throw new Error(`${node.kernel} has no output`);
    const value = new Value(shaped.shape, shaped.dtype);
    this.#nodes.push({ ...node, outputs: [value] });
    return value;
  }

  #keep(value: Value, demand: Demand, computed: Value): void {
    const known = this.#pieces.get(value) ?? new Map<string, Value>();
    known.set(JSON.stringify(demand), computed);
    this.#pieces.set(value, known);
  }

  #read(value: Value, demand: Demand): Value {
    const known = this.#pieces.get(value);
    const exact = known?.get(JSON.stringify(demand));
    if (exact) return exact;
    const whole = known?.get('"whole"') ?? value;
    if (demand === 'whole') return whole;
    const piece = this.#cut(whole, demand);
    this.#keep(value, demand, piece);
    return piece;
  }

  #cut(whole: Value, { axis, begin, size }: Piece): Value {
    const lengths = whole.shape.map((length, index) => (index === axis ? size : length));
    const constant = this.#constants.get(whole);
    if (constant?.kind === 'uniform') {
      const value = new Value(lengths, whole.dtype);
      this.#constants.set(value, constant);
      return value;
    }
    const attrs = { begin: lengths.map((_, index) => (index === axis ? begin : 0)), size: lengths };
    return this.#emit({ kernel: 'Slice', inputs: [whole], attrs, outputs: [] });
  }
}

/** Of which pieces of the inputs a piece of the output follows; null where it follows from none. */
function piecesOf(node: GraphNode, output: Value, piece: Piece): readonly Demand[] | null {
  if (isUnary(node)) return [piece];
  const rank = output.shape.length;
  /** The same range of an operand that broadcasts from the right. */
  const aligned = (value: Value): Demand => {
    const axis = piece.axis - (rank - value.shape.length);
    return axis < 0 || value.shape[axis] === 1 ? 'whole' : { ...piece, axis };
  };
  switch (node.kernel) {
    case 'Add':
    case 'Sub':
    case 'Multiply':
    case 'RealDiv':
      return node.inputs.map(aligned);
    case 'Sum':
    case 'Mean':
    case 'Max':
      return node.attrs.keepDims && !node.attrs.axes.includes(piece.axis) ? [piece] : null;
    case 'Softmax':
      return node.attrs.axis === piece.axis ? null : [piece];
    case 'Transpose':
      return [{ ...piece, axis: node.attrs.perm[piece.axis] ?? 0 }];
    case 'Reshape': {
      const axis = sameDimension(node.inputs[0]?.shape ?? [], output.shape, piece.axis);
      return axis === null ? null : [{ ...piece, axis }];
    }
    case 'BatchMatMul': {
      const [a, b] = node.inputs;
      if (!a || !b) return null;
      const { transposeA, transposeB } = node.attrs;
      if (piece.axis === rank - 2) return [{ ...piece, axis: a.shape.length - (transposeA ? 1 : 2) }, 'whole'];
      if (piece.axis === rank - 1) return ['whole', { ...piece, axis: b.shape.length - (transposeB ? 2 : 1) }];
      return node.inputs.map(aligned);
    }
    default:
      return null;
  }
}

/** The dimension of one shape that another, with the same numbers in the same order, has too; null where it is cut or joined there. */
function sameDimension(from: readonly number[], to: readonly number[], axis: number): number | null {
  const before = (shape: readonly number[], end: number): number =>
    shape.slice(0, end).reduce((product, length) => product * length, 1);
  const found = from.findIndex(
    (length, index) => length === to[axis] && before(from, index) === before(to, axis) && length !== 1,
  );
  return found < 0 ? null : found;
}

/** The node with the attributes of its piece. */
function shortened(node: GraphNode, { axis, size }: Piece): GraphNode {
  if (node.kernel !== 'Reshape') return node;
  const shape = node.attrs.shape.map((length, index) => (index === axis ? size : length));
  return { ...node, attrs: { shape } };
}
