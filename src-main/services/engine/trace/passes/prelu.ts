/**
 * PReLU as two convolutions: x + (1 - a) relu(-x), each factor a depthwise 1x1 filter. ONNX Runtime's blocked layout of maps has no
 * PRelu: around each one it would leave that layout and enter it again, and its PRelu runs on one thread. A depthwise filter, a
 * ReLU and a sum stay in the layout and are fused into two passes over memory.
 */
import { Value } from '../graph.ts';
import type { Constant, Graph, GraphNode, Node } from '../graph.ts';

/** For graphs that the processor runs with constant weights: the factors are then computed once. */
export function preluAsConvolutions(graph: Graph): Graph {
  const constants = new Map(graph.constants);
  const nodes = graph.nodes.flatMap((node): readonly GraphNode[] => {
    if (node.kernel !== 'Prelu') return [node];
    const replaced = replacement(node);
    if (!replaced) return [node];
    replaced.constants.forEach((constant, value) => constants.set(value, constant));
    return replaced.nodes;
  });
  return { ...graph, constants, nodes };
}

/** Null where the input is no map with a slope a channel. */
function replacement({
  inputs,
  outputs,
}: Node<'Prelu'>): { nodes: readonly GraphNode[]; constants: ReadonlyMap<Value, Constant> } | null {
  const [x, slope] = inputs;
  const channels = x?.shape[3];
  if (!x || !slope || x.shape.length !== 4 || channels === undefined || slope.size !== channels) return null;
  const filter = [1, 1, channels, 1];
  const window = { strides: [1, 1], pad: 0 } as const;
  const [minus, one] = [new Value(filter, 'float32'), new Value([channels], 'float32')];
  const [flat, complement, factor] = [
    new Value([channels], 'float32'),
    new Value([channels], 'float32'),
    new Value(filter, 'float32'),
  ];
  const [negative, below, scaled] = [
    new Value(x.shape, 'float32'),
    new Value(x.shape, 'float32'),
    new Value(x.shape, 'float32'),
  ];
  return {
    constants: new Map<Value, Constant>([
      [minus, { kind: 'uniform', value: -1 }],
      [one, { kind: 'uniform', value: 1 }],
    ]),
    nodes: [
      { kernel: 'Reshape', inputs: [slope], attrs: { shape: [channels] }, outputs: [flat] },
      { kernel: 'Sub', inputs: [one, flat], attrs: {}, outputs: [complement] },
      { kernel: 'Reshape', inputs: [complement], attrs: { shape: filter }, outputs: [factor] },
      { kernel: 'DepthwiseConv2dNative', inputs: [x, minus], attrs: window, outputs: [negative] },
      { kernel: 'Relu', inputs: [negative], attrs: {}, outputs: [below] },
      { kernel: 'DepthwiseConv2dNative', inputs: [below, factor], attrs: window, outputs: [scaled] },
      { kernel: 'Add', inputs: [x, scaled], attrs: {}, outputs },
    ],
  };
}
