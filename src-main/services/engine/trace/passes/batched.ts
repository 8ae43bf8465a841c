/**
 * Nodes for many values of one: whatever depends on that one gets a dimension more, in front, and everything else is computed once.
 * A function written for one class's gradient so becomes the gradients of all classes, with one forward pass and matrix products as
 * tall as all of them together.
 */
import type { DType, GraphNode, Value } from '../graph.ts';
import { isUnary } from './unary.ts';

/** Where the batched nodes go. */
export interface Target {
  value(shape: readonly number[], dtype: DType): Value;
  push(node: GraphNode): void;
}

/**
 * @param nodes in order; those that depend on `one` are written again for `many`.
 * @param many [count, ...the shape of `one`].
 * @returns the batched form of the values that have one.
 * @throws Error for a kernel in the way that has no batched form.
 */
export function batchNodes(
  nodes: readonly GraphNode[],
  one: Value,
  many: Value,
  target: Target,
): ReadonlyMap<Value, Value> {
  return new Batcher(one, many, target).run(nodes);
}

class Batcher {
  readonly #target: Target;
  readonly #count: number;
  readonly #batched: Map<Value, Value>;

  constructor(one: Value, many: Value, target: Target) {
    this.#target = target;
    this.#count = many.shape[0] ?? 0;
    this.#batched = new Map([[one, many]]);
  }

  run(nodes: readonly GraphNode[]): ReadonlyMap<Value, Value> {
    for (const node of nodes) if (node.inputs.some((value) => this.#batched.has(value))) this.#batch(node);
    return this.#batched;
  }

  #batch(node: GraphNode): void {
    if (isUnary(node)) return this.#emit(node, { ...node, inputs: this.#all(node) });
    const rank = node.outputs[0]?.shape.length ?? 0;
    switch (node.kernel) {
      case 'Add':
      case 'Sub':
      case 'Multiply':
      case 'RealDiv':
      case 'BatchMatMul':
        // These broadcast from the right: what is not batched serves all as it is.
        return this.#emit(node, { ...node, inputs: node.inputs.map((value) => this.#ofRank(value, rank)) });
      case 'Reshape':
        return this.#emit(node, {
          ...node,
          inputs: this.#all(node),
          attrs: { shape: [this.#count, ...node.attrs.shape] },
        });
      case 'BroadcastTo': {
        const inputs = node.inputs.map((value) => this.#ofRank(value, rank));
        return this.#emit(node, { ...node, inputs, attrs: { shape: [this.#count, ...node.attrs.shape] } });
      }
      case 'Transpose':
        return this.#emit(node, {
          ...node,
          inputs: this.#all(node),
          attrs: { perm: [0, ...node.attrs.perm.map((axis) => axis + 1)] },
        });
      case 'Slice':
        return this.#emit(node, {
          ...node,
          inputs: this.#all(node),
          attrs: { begin: [0, ...node.attrs.begin], size: [this.#count, ...node.attrs.size] },
        });
      case 'SplitV':
        return this.#emit(node, {
          ...node,
          inputs: this.#all(node),
          attrs: { ...node.attrs, axis: node.attrs.axis + 1 },
        });
      case 'PadV2': {
        const { before, after, value } = node.attrs;
        return this.#emit(node, {
          ...node,
          inputs: this.#all(node),
          attrs: { before: [0, ...before], after: [0, ...after], value },
        });
      }
      case 'Sum':
      case 'Mean':
      case 'Max':
        return this.#emit(node, {
          ...node,
          inputs: this.#all(node),
          attrs: { ...node.attrs, axes: node.attrs.axes.map((axis) => axis + 1) },
        });
      case 'Softmax':
        return this.#emit(node, { ...node, inputs: this.#all(node), attrs: { axis: node.attrs.axis + 1 } });
      case 'Conv2DBackpropInput':
        return this.#emitOnSamples(node);
      default:
        throw new Error(`the kernel ${node.kernel} has no batched form`);
    }
  }

  /** The inputs of a kernel that takes no others than batched ones. */
  #all(node: GraphNode): Value[] {
    return node.inputs.map((value) => {
      const batched = this.#batched.get(value);
      if (!batched) throw new Error(`the kernel ${node.kernel} mixes values of one and of many`);
      return batched;
    });
  }

  /** A batched value with ones between its first dimension and its own, so that it broadcasts as before; others as they are. */
  #ofRank(value: Value, rank: number): Value {
    const batched = this.#batched.get(value);
    if (!batched) return value;
    const missing = rank - value.shape.length;
    if (missing === 0) return batched;
    return this.#reshaped(batched, [this.#count, ...new Array<number>(missing).fill(1), ...value.shape]);
  }

  /** A kernel whose first dimension is samples: the many count as further samples. */
  #emitOnSamples(node: Extract<GraphNode, { kernel: 'Conv2DBackpropInput' }>): void {
    const [dy, filter] = node.inputs;
    const [dx] = node.outputs;
    const batched = dy && this.#batched.get(dy);
    if (!batched || !filter || !dx || this.#batched.has(filter)) {
      throw new Error('only the map of a convolution can be one of many, not its filter');
    }
    const merged = ([samples = 1, ...rest]: readonly number[]): number[] => [this.#count * samples, ...rest];
    const inputShape = merged(node.attrs.inputShape);
    const output = this.#target.value(inputShape, 'float32');
    const inputs = [this.#reshaped(batched, merged(dy.shape)), filter];
    this.#target.push({ ...node, inputs, outputs: [output], attrs: { ...node.attrs, inputShape } });
    this.#batched.set(dx, this.#reshaped(output, [this.#count, ...dx.shape]));
  }

  #reshaped(value: Value, shape: readonly number[]): Value {
    const result = this.#target.value(shape, value.dtype);
    this.#target.push({ kernel: 'Reshape', inputs: [value], attrs: { shape }, outputs: [result] });
    return result;
  }

  #emit<N extends GraphNode>(original: GraphNode, node: N): void {
    const outputs = original.outputs.map(({ shape, dtype }) => this.#target.value([this.#count, ...shape], dtype));
    this.#target.push({ ...node, outputs });
    original.outputs.forEach((value, index) => {
      const output = outputs[index];
      if (output) this.#batched.set(value, output);
    });
  }
}
