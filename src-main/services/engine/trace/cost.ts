/** What a graph computes, counted: the work that figures of merit in papers are made of. */
import type { Graph, GraphNode } from './graph.ts';

/**
 * Multiplications with addition in the convolutions and matrix products of a graph (elementwise work is left out, as is usual):
 * papers give this number as FLOPs or MACs. A convolution that an executor does with fewer products counts in full.
 */
export function multiplyAdds(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + ofNode(node), 0);
}

function ofNode(node: GraphNode): number {
  const [a, b] = node.inputs;
  const results = node.outputs[0]?.size ?? 0;
  switch (node.kernel) {
    case 'BatchMatMul':
      return results * (a?.shape.at(node.attrs.transposeA ? -2 : -1) ?? 0);
    case 'Conv2D': {
      // HWIO: each result is a sum over the window and all channels that come in.
      const [rows = 0, columns = 0, channels = 0] = b?.shape ?? [];
      return results * rows * columns * channels;
    }
    case 'DepthwiseConv2dNative': {
      const [rows = 0, columns = 0] = b?.shape ?? [];
      return results * rows * columns;
    }
    default:
      return 0;
  }
}
