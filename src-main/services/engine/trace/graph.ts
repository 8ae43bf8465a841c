/**
 * The intermediate representation: what a traced function computes, as TensorFlow.js kernels on values of known shape.
 * It knows nothing of ONNX, of memory layout or of devices; `lower.ts` does.
 */
import type { KernelAttrs, TracedKernel } from './kernels.ts';

export type DType = 'float32' | 'int32' | 'bool';

/** Shape and element type of a value. */
export interface Shaped {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** One tensor of the traced function; also what TensorFlow.js gets as the tensor's data id. */
export class Value implements Shaped {
  readonly shape: readonly number[];
  readonly dtype: DType;

  constructor(shape: readonly number[], dtype: DType) {
    this.shape = shape;
    this.dtype = dtype;
  }

  get size(): number {
    return this.shape.reduce((product, side) => product * side, 1);
  }
}

/** The content of a constant: one number everywhere (gradients make many of those), or the elements themselves. */
export type Constant =
  | { readonly kind: 'uniform'; readonly value: number }
  | { readonly kind: 'dense'; readonly data: Float32Array | Int32Array | Uint8Array };

export interface Node<K extends TracedKernel> {
  readonly kernel: K;
  readonly inputs: readonly Value[];
  readonly attrs: KernelAttrs[K];
  readonly outputs: readonly Value[];
}

export type GraphNode = { [K in TracedKernel]: Node<K> }[TracedKernel];

/** A named input or output. */
export interface Port {
  readonly name: string;
  readonly value: Value;
}

export interface Graph {
  readonly inputs: readonly Port[];
  readonly constants: ReadonlyMap<Value, Constant>;
  /** In an order in which every node comes after what it reads. */
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly Port[];
}

/** The graph without the nodes, constants and inputs that no output depends on. */
export function withoutDeadCode(graph: Graph): Graph {
  const live = new Set(graph.outputs.map((port) => port.value));
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => live.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) live.add(input);
  }
  return {
    inputs: graph.inputs.filter((port) => live.has(port.value)),
    constants: new Map([...graph.constants].filter(([value]) => live.has(value))),
    nodes: nodes.toReversed(),
    outputs: graph.outputs,
  };
}
